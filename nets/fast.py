"""Keras's layers, computed in ways that waste less: same weights, same numbers to rounding.

Each class here is the Keras layer whose name it extends and says as `plain` which: saved models
hold that one and load without this project (`framework.checkpoint.save_model`). What is gained
stands in docs/speed.md. TensorFlow's own operations appear where keras.ops has no name for them.
"""

import functools
import math
from contextlib import contextmanager
from contextvars import ContextVar

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

LARGE = 2**22                   # weights of a kernel from which taps were faster, both ways
FEW = 4                         # channels that are of an image
_parts = ContextVar("parts", default=1)     # each replica of several devices runs in a thread


@contextmanager
def parts(count: int):
    """In the block a training call of a net treats its batch as `count` batches of equal size,
    one after the other: batch norm takes statistics of each part and moves its averages
    `count` times, as `count` calls would."""
    before = _parts.set(count)
    try:
        yield
    finally:
        _parts.reset(before)


@keras.saving.register_keras_serializable("scogan")
class BatchNorm(layers.BatchNormalization):
    """Batch norm over the channels in one pass, for each of the `parts` of a batch.

    Statistics are float32 under any precision policy, and images are not copied to float32 for
    them. Inference and synchronised statistics are Keras's own.
    """

    plain = layers.BatchNormalization

    def call(self, inputs, training=None):
        if not (training and self.trainable):
            return super().call(inputs, training=training)
        split = tf.split(inputs, _parts.get()) if _parts.get() > 1 else [inputs]
        if self.synchronized:
            normed = [super(BatchNorm, self).call(x, training=True) for x in split]
        else:
            normed = [self._normalised(x) for x in split]
        return tf.concat(normed, 0) if len(split) > 1 else normed[0]

    def _normalised(self, x):
        images = x if len(x.shape) == 4 else ops.reshape(x, (-1, 1, 1, x.shape[-1]))
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images, scale=self.gamma, offset=self.beta, mean=[], variance=[],
            epsilon=self.epsilon, is_training=True)
        count = ops.cast(ops.size(images) / images.shape[-1], "float32")
        self._move(self.moving_mean, mean)
        self._move(self.moving_variance, variance * (count - 1) / count)   # V3 divides by n - 1
        return y if len(x.shape) == 4 else ops.reshape(y, ops.shape(x))

    def _move(self, average, value):
        average.assign(average * self.momentum + value * (1.0 - self.momentum))


@keras.saving.register_keras_serializable("scogan")
class TransposedConv(layers.Conv2DTranspose):
    """A transposed convolution with "same" padding, on a CPU in the form that suits its size.

    From maps of at most 4x4 with a kernel too large for the caches it is one matrix product per
    tap of the kernel over the positions where the tap falls inside: no product with the
    padding, which is 44 % of them for a 4x4 kernel of stride 1. To FEW channels it is a
    convolution that gives 2x2 pixels at once, since the library's kernels work on 16 channels
    however few are asked for.
    """

    plain = layers.Conv2DTranspose

    def call(self, inputs):
        if tf.config.list_physical_devices("GPU") or not all(inputs.shape[1:]):
            return super().call(inputs)
        stride, kernel = self.strides[0], ops.cast(self.kernel, inputs.dtype)
        if max(inputs.shape[1:3]) <= 4 and math.prod(kernel.shape) >= LARGE:
            y = by_taps(inputs, kernel, stride)
        elif self.filters <= FEW:
            y = by_blocks(inputs, kernel, stride)
        else:
            return super().call(inputs)
        return y + ops.cast(self.bias, y.dtype)


def by_taps(x, kernel, stride: int):
    """x [B, H, W, C] convolved transposed with kernel [k, k, filters, C] -> [B, sH, sW, filters].

    Output pixel s i + a - p, p the padding before, gets input pixel i through tap a. So the
    outputs of one phase, o mod s, are shifted inputs, one product each.
    """
    size, (height, width) = kernel.shape[0], x.shape[1:3]
    before = max(size - stride, 0) // 2
    taps = ops.unstack(ops.reshape(kernel, (-1, *kernel.shape[2:])))
    phases = {(i, j): [] for i in range(stride) for j in range(stride)}
    for a in range(size):
        for b in range(size):
            (down, i), (right, j) = divmod(a - before, stride), divmod(b - before, stride)
            if abs(down) < height and abs(right) < width:
                phases[i, j].append(_shifted(x, taps[a * size + b], down, right))
    empty = ops.zeros((ops.shape(x)[0], height, width, kernel.shape[2]), x.dtype)
    made = [sum(shifted[1:], start=shifted[0]) if shifted else empty
            for shifted in phases.values()]
    return made[0] if stride == 1 else _interleaved(ops.stack(made, 3), stride)


def _shifted(x, tap, down: int, right: int):
    """x times tap^T [C, filters], moved `down` and `right`; zeros where nothing comes from."""
    height, width = x.shape[1:3]
    top, bottom, left, after = max(down, 0), max(-down, 0), max(right, 0), max(-right, 0)
    inside = x[:, bottom:height - top, after:width - left]
    y = ops.matmul(ops.reshape(inside, (-1, x.shape[-1])), ops.transpose(tap))
    y = ops.reshape(y, (-1, *inside.shape[1:3], tap.shape[0]))
    return ops.pad(y, ((0, 0), (top, bottom), (left, after), (0, 0)))


def _interleaved(blocks, size: int):
    """[B, H, W, size^2, C], the pixels of a block by rows -> [B, size H, size W, C]."""
    _, height, width, _, channels = blocks.shape
    blocks = ops.reshape(blocks, (-1, height, width, size, size, channels))
    rows = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))
    return ops.reshape(rows, (-1, size * height, size * width, channels))


def by_blocks(x, kernel, stride: int):
    """x [B, H, W, C] convolved transposed with kernel [k, k, filters, C] -> [B, sH, sW, filters].

    A convolution that gives blocks of b x b pixels as channels, of kernels [u, u, C, b b filters]
    that hold the kernel at the places of the block: pixel s i + t - p, p the padding before,
    gets input pixel i through tap t. The derivatives are the library's own, which are fast.
    """
    return _by_blocks(stride)(x, kernel)


@functools.lru_cache
def _by_blocks(stride: int):
    @tf.custom_gradient
    def made(x, kernel):
        def gradient(dy):
            return ops.conv(dy, kernel, stride, "same"), _filter(dy, x, kernel.shape, stride)
        return _of_blocks(x, kernel, stride), gradient
    return made


def _of_blocks(x, kernel, stride: int):
    size, _, filters, channels = kernel.shape
    block, before = max(stride, 2), max(size - stride, 0) // 2
    left, right = (size - 1 - before) // stride, (block - 1 + before) // stride
    back = stride * (np.arange(left + right + 1) - left)
    taps = before + np.arange(block) - back[:, None]
    taps = np.where((taps >= 0) & (taps < size), taps, size)            # the one after is zero
    kernels = ops.pad(kernel, ((0, 1), (0, 1), (0, 0), (0, 0)))
    kernels = ops.take(ops.take(kernels, taps, 0), taps, 2)             # [u, b, u, b, filters, C]
    kernels = ops.reshape(ops.transpose(kernels, (0, 2, 5, 1, 3, 4)),
                          (len(taps), len(taps), channels, block * block * filters))
    step, sides = block // stride, x.shape[1:3]
    edges = [(left, (-(-side // step) - 1) * step + right + 1 - side) for side in sides]
    blocks = ops.conv(ops.pad(x, ((0, 0), *edges, (0, 0))), kernels, step, "valid")
    return tf.nn.depth_to_space(blocks, block)[:, :stride * sides[0], :stride * sides[1]]


def _filter(x, dy, shape, stride: int):
    """The derivative to a kernel of `shape` of a convolution of x with padding "same"."""
    return tf.raw_ops.Conv2DBackpropFilter(
        input=x, filter_sizes=shape, out_backprop=dy, strides=[1, stride, stride, 1],
        padding="SAME")


@keras.saving.register_keras_serializable("scogan")
class Conv(layers.Conv2D):
    """A convolution, whose derivative to an image of FEW channels, a transposed convolution, is
    on a CPU computed `by_blocks`."""

    plain = layers.Conv2D

    def convolution_op(self, inputs, kernel):
        stride, (height, width, channels) = self.strides[0], inputs.shape[1:]
        fits = height and width and height % stride == width % stride == 0
        if tf.config.list_physical_devices("GPU") or not (
                fits and channels <= FEW and self.padding == "same"):
            return super().convolution_op(inputs, kernel)
        return _from_few(stride)(inputs, ops.cast(kernel, inputs.dtype))


@functools.lru_cache
def _from_few(stride: int):
    @tf.custom_gradient
    def made(x, kernel):
        def gradient(dy):
            return by_blocks(dy, kernel, stride), _filter(x, dy, kernel.shape, stride)
        return ops.conv(x, kernel, stride, "same"), gradient
    return made


@keras.saving.register_keras_serializable("scogan")
class MaxPool(layers.MaxPooling2D):
    """Max pooling whose second derivative with respect to its input is left out, being zero:
    TensorFlow computes it as zeros and carries them back through the whole net."""

    plain = layers.MaxPooling2D

    def call(self, inputs):
        return _max_pool(inputs, self.pool_size[0])


def _max_pool(x, size: int):
    window = {"ksize": [1, size, size, 1], "strides": [1, size, size, 1], "padding": "VALID"}

    @tf.custom_gradient
    def pooled(x):
        y = tf.raw_ops.MaxPool(input=x, **window)

        @tf.custom_gradient
        def scattered(dy):
            dx = tf.raw_ops.MaxPoolGrad(orig_input=x, orig_output=y, grad=dy, **window)
            return dx, lambda ddx: tf.raw_ops.MaxPoolGradGrad(
                orig_input=x, orig_output=y, grad=ddx, **window)

        return y, scattered

    return pooled(x)


@keras.saving.register_keras_serializable("scogan")
class PReLU(layers.PReLU):
    """PReLU by a choice, whose second derivative with respect to its input is left out, being
    zero (see `MaxPool`)."""

    plain = layers.PReLU

    def call(self, inputs):
        return ops.where(inputs > 0, inputs, ops.cast(self.alpha, inputs.dtype) * inputs)

"""Keras's layers, computed in ways that waste less: same weights, same numbers to rounding.

Each class here is the Keras layer whose name it extends and says as `plain` which: saved models
hold that one and load without this project (`framework.checkpoint.save_model`). What is gained
stands in docs/speed.md. TensorFlow's own operations appear where keras.ops has no name for them.
"""

import math
from contextlib import contextmanager
from contextvars import ContextVar

import keras
import tensorflow as tf
from keras import layers, ops

LARGE = 2**22                   # weights of a kernel from which taps were faster, both ways
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
    padding, which is 44 % of them for a 4x4 kernel of stride 1. To at most 4 channels it is a
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
        elif stride == 1 and self.filters <= 4:
            y = by_blocks(inputs, kernel)
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


@tf.custom_gradient
def by_blocks(x, kernel):
    """x [B, H, W, C] convolved transposed, stride 1, with kernel [k, k, filters, C].

    A convolution of stride 2 whose kernel [k + 1, k + 1, C, 4 filters] holds the kernel at the
    four places of a 2x2 block. The derivatives are the library's own, which are fast.
    """
    size, _, filters, channels = kernel.shape
    height, width = x.shape[1:3]
    flipped = ops.transpose(ops.flip(kernel, (0, 1)), (0, 1, 3, 2))
    places = [ops.pad(flipped, ((i, 1 - i), (j, 1 - j), (0, 0), (0, 0)))
              for i in range(2) for j in range(2)]
    kernels = ops.reshape(ops.stack(places, 3), (size + 1, size + 1, channels, 4 * filters))
    before, after = size // 2, (size - 1) // 2
    edges = [(before, after + side % 2) for side in (height, width)]
    blocks = ops.conv(ops.pad(x, ((0, 0), *edges, (0, 0))), kernels, 2, "valid")
    y = tf.nn.depth_to_space(blocks, 2)[:, :height, :width]

    def gradient(dy):
        dx = ops.conv(dy, kernel, 1, "same")
        dkernel = tf.raw_ops.Conv2DBackpropFilter(
            input=dy, filter_sizes=kernel.shape, out_backprop=x, strides=[1, 1, 1, 1],
            padding="SAME")
        return dx, dkernel

    return y, gradient


@keras.saving.register_keras_serializable("scogan")
class Conv(layers.Conv2D):
    """A convolution, whose derivative to an image of at most 4 channels is, on a CPU, that of
    `by_blocks`: a transposed convolution to few channels."""

    plain = layers.Conv2D

    def convolution_op(self, inputs, kernel):
        few = inputs.shape[-1] <= 4 and self.strides == (1, 1) and self.padding == "same"
        if tf.config.list_physical_devices("GPU") or not (few and all(inputs.shape[1:])):
            return super().convolution_op(inputs, kernel)
        return _from_few(inputs, ops.cast(kernel, inputs.dtype))


@tf.custom_gradient
def _from_few(x, kernel):
    def gradient(dy):
        dkernel = tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=kernel.shape, out_backprop=dy, strides=[1, 1, 1, 1],
            padding="SAME")
        return by_blocks(dy, kernel), dkernel

    return ops.conv(x, kernel, 1, "same"), gradient


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

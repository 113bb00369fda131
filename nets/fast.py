"""Faster forms of Keras's layers, with the same weights and, up to rounding, the same results.

Each class here extends a Keras layer, and its attribute `plain` is that Keras layer. A saved model
holds the plain layer, so that it loads without this project (`framework.checkpoint.save_model`).
docs/speed.md states the gains. TensorFlow's own operations stand where keras.ops has none.
"""

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")

MIN_WEIGHTS_FOR_TAPS = 2**22    # size of a kernel from which taps were faster, both ways
MAX_IMAGE_CHANNELS = 4          # maps of at most so many channels count as images
_sub_batch_count = ContextVar("sub_batch_count", default=1)     # of this replica's thread


@contextmanager
def sub_batches(count: int) -> Iterator[None]:
    """In this block a training call of a net treats its batch as `count` batches of equal size.

    These lie one after the other in the batch. Batch norm takes the statistics of each, and
    updates its moving averages `count` times, as `count` calls would.
    """
    before = _sub_batch_count.set(count)
    try:
        yield
    finally:
        _sub_batch_count.reset(before)


@keras.saving.register_keras_serializable("scogan")
class BatchNorm(layers.BatchNormalization):
    """Batch norm over the channels in one pass, apart for each of the `sub_batches`.

    Statistics are float32 under any precision policy, and need no float32 copy of the images.
    Inference and synchronised statistics are Keras's own.
    """

    plain = layers.BatchNormalization

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        if not (training and self.trainable):
            return super().call(inputs, training=training)
        count = _sub_batch_count.get()
        split = tf.split(inputs, count) if count > 1 else [inputs]
        normed: list[Tensor]
        if self.synchronized:
            normed = [super(BatchNorm, self).call(x, training=True) for x in split]
        else:
            normed = [self._normalise(x) for x in split]
        return tf.concat(normed, 0) if len(split) > 1 else normed[0]

    def _normalise(self, x: Tensor) -> Tensor:
        images = x if len(x.shape) == 4 else ops.reshape(x, (-1, 1, 1, x.shape[-1]))
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=images, scale=self.gamma, offset=self.beta, mean=[], variance=[],
            epsilon=self.epsilon, is_training=True)
        count = ops.cast(ops.size(images) / images.shape[-1], "float32")
        self._update_average(self.moving_mean, mean)
        unbiased = variance                                 # FusedBatchNormV3 divides by n - 1
        self._update_average(self.moving_variance, unbiased * (count - 1) / count)
        return y if len(x.shape) == 4 else ops.reshape(y, ops.shape(x))

    def _update_average(self, average: keras.Variable, value: Tensor) -> None:
        average.assign(average * self.momentum + value * (1.0 - self.momentum))


@keras.saving.register_keras_serializable("scogan")
class TransposedConv(layers.Conv2DTranspose):
    """A transposed convolution with "same" padding; on a CPU its form depends on its size.

    For maps of at most 4x4 and a kernel too large for the caches it is one matrix product per
    tap of the kernel, over the positions where the tap falls inside. This omits the products with
    the padding, which are 44 % of all for a 4x4 kernel of stride 1. For at most
    MAX_IMAGE_CHANNELS output channels it is a convolution that computes 2x2 pixels at once, since
    the library's kernels always compute 16 channels.
    """

    plain = layers.Conv2DTranspose

    def call(self, inputs: Tensor) -> Tensor:
        if tf.config.list_physical_devices("GPU") or not all(inputs.shape[1:]):
            return super().call(inputs)
        stride, kernel = self.strides[0], ops.cast(self.kernel, inputs.dtype)
        if max(inputs.shape[1:3]) <= 4 and math.prod(kernel.shape) >= MIN_WEIGHTS_FOR_TAPS:
            y = conv_transpose_by_taps(inputs, kernel, stride)
        elif self.filters <= MAX_IMAGE_CHANNELS:
            y = conv_transpose_by_blocks(inputs, kernel, stride)
        else:
            return super().call(inputs)
        return y + ops.cast(self.bias, y.dtype)


def conv_transpose_by_taps(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """The transposed convolution of x [B, H, W, C] with kernel [k, k, filters, C], one matrix
    product per tap: [B, sH, sW, filters].

    Input pixel i contributes to output pixel s i + a - p through tap a, where p is the padding
    before. So each tap adds its product with a shifted input to the outputs o of one phase o mod s.
    """
    size, (height, width) = kernel.shape[0], x.shape[1:3]
    before = max(size - stride, 0) // 2
    taps = ops.unstack(ops.reshape(kernel, (-1, *kernel.shape[2:])))
    phases: dict[tuple[int, int], list[Tensor]] = {
        (i, j): [] for i in range(stride) for j in range(stride)}
    for a in range(size):
        for b in range(size):
            (down, i), (right, j) = divmod(a - before, stride), divmod(b - before, stride)
            if abs(down) < height and abs(right) < width:
                phases[i, j].append(_multiply_and_shift(x, taps[a * size + b], down, right))
    empty = ops.zeros((ops.shape(x)[0], height, width, kernel.shape[2]), x.dtype)
    outputs = [sum(shifted[1:], start=shifted[0]) if shifted else empty
               for shifted in phases.values()]
    return outputs[0] if stride == 1 else _interleave(ops.stack(outputs, 3), stride)


def _multiply_and_shift(x: Tensor, tap: Tensor, down: int, right: int) -> Tensor:
    """x times tap^T [C, filters], shifted by `down` and `right` pixels and filled up with zeros."""
    height, width = x.shape[1:3]
    top, bottom, left, after = max(down, 0), max(-down, 0), max(right, 0), max(-right, 0)
    inside = x[:, bottom:height - top, after:width - left]
    y = ops.matmul(ops.reshape(inside, (-1, x.shape[-1])), ops.transpose(tap))
    y = ops.reshape(y, (-1, *inside.shape[1:3], tap.shape[0]))
    return ops.pad(y, ((0, 0), (top, bottom), (left, after), (0, 0)))


def _interleave(blocks: Tensor, size: int) -> Tensor:
    """[B, H, W, size^2, C], the pixels of each block row by row -> [B, size H, size W, C]."""
    _, height, width, _, channels = blocks.shape
    blocks = ops.reshape(blocks, (-1, height, width, size, size, channels))
    rows = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))
    return ops.reshape(rows, (-1, size * height, size * width, channels))


def conv_transpose_by_blocks(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """The transposed convolution of x [B, H, W, C] with kernel [k, k, filters, C], in blocks of
    pixels: [B, sH, sW, filters].

    It is a convolution whose channels are the b x b pixels of a block. Its kernel
    [u, u, C, b b filters] holds the given kernel once for each pixel of the block: input pixel i
    contributes to output pixel s i + t - p through tap t, where p is the padding before. The
    derivatives are the library's own, which are fast.
    """
    return _block_convolution(stride)(x, kernel)


@functools.lru_cache
def _block_convolution(stride: int) -> Callable[[Tensor, Tensor], Tensor]:
    @tf.custom_gradient
    def convolve(x, kernel):
        def gradient(dy):
            return (ops.conv(dy, kernel, stride, "same"),
                    _kernel_gradient(dy, x, kernel.shape, stride))
        return _convolve_in_blocks(x, kernel, stride), gradient
    return convolve


def _convolve_in_blocks(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    size, _, filters, channels = kernel.shape
    block, before = max(stride, 2), max(size - stride, 0) // 2
    left, right = (size - 1 - before) // stride, (block - 1 + before) // stride
    back = stride * (np.arange(left + right + 1) - left)
    taps = before + np.arange(block) - back[:, None]
    taps = np.where((taps >= 0) & (taps < size), taps, size)        # tap `size` is zero
    kernels = ops.pad(kernel, ((0, 1), (0, 1), (0, 0), (0, 0)))
    kernels = ops.take(ops.take(kernels, taps, 0), taps, 2)             # [u, b, u, b, filters, C]
    kernels = ops.reshape(ops.transpose(kernels, (0, 2, 5, 1, 3, 4)),
                          (len(taps), len(taps), channels, block * block * filters))
    step, sides = block // stride, x.shape[1:3]
    edges = [(left, (-(-side // step) - 1) * step + right + 1 - side) for side in sides]
    blocks = ops.conv(ops.pad(x, ((0, 0), *edges, (0, 0))), kernels, step, "valid")
    return tf.nn.depth_to_space(blocks, block)[:, :stride * sides[0], :stride * sides[1]]


def _kernel_gradient(x: Tensor, dy: Tensor, shape: Tensor, stride: int) -> Tensor:
    """The derivative of a convolution of x, padding "same", with respect to its kernel of `shape`.

    dy: the derivative with respect to the convolution's output.
    """
    return tf.raw_ops.Conv2DBackpropFilter(
        input=x, filter_sizes=shape, out_backprop=dy, strides=[1, stride, stride, 1],
        padding="SAME")


@keras.saving.register_keras_serializable("scogan")
class Conv(layers.Conv2D):
    """A convolution. Its derivative with respect to an image of at most MAX_IMAGE_CHANNELS
    channels is a transposed convolution, which a CPU computes `conv_transpose_by_blocks`."""

    plain = layers.Conv2D

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        stride, (height, width, channels) = self.strides[0], inputs.shape[1:]
        fits = height and width and height % stride == width % stride == 0
        if tf.config.list_physical_devices("GPU") or not (
                fits and channels <= MAX_IMAGE_CHANNELS and self.padding == "same"):
            return super().convolution_op(inputs, kernel)
        return _image_convolution(stride)(inputs, ops.cast(kernel, inputs.dtype))


@functools.lru_cache
def _image_convolution(stride: int) -> Callable[[Tensor, Tensor], Tensor]:
    @tf.custom_gradient
    def convolve(x, kernel):
        def gradient(dy):
            return (conv_transpose_by_blocks(dy, kernel, stride),
                    _kernel_gradient(x, dy, kernel.shape, stride))
        return ops.conv(x, kernel, stride, "same"), gradient
    return convolve


@keras.saving.register_keras_serializable("scogan")
class MaxPool(layers.MaxPooling2D):
    """Max pooling without its second derivative with respect to its input, which is zero:
    TensorFlow would compute those zeros and carry them back through the whole net."""

    plain = layers.MaxPooling2D

    def call(self, inputs: Tensor) -> Tensor:
        return _max_pool(inputs, self.pool_size[0])


def _max_pool(x: Tensor, size: int) -> Tensor:
    window = {"ksize": [1, size, size, 1], "strides": [1, size, size, 1], "padding": "VALID"}

    @tf.custom_gradient
    def pool(x):
        y = tf.raw_ops.MaxPool(input=x, **window)

        @tf.custom_gradient
        def scatter(dy):
            dx = tf.raw_ops.MaxPoolGrad(orig_input=x, orig_output=y, grad=dy, **window)
            return dx, lambda ddx: tf.raw_ops.MaxPoolGradGrad(
                orig_input=x, orig_output=y, grad=ddx, **window)

        return y, scatter

    return pool(x)


@keras.saving.register_keras_serializable("scogan")
class PReLU(layers.PReLU):
    """PReLU by `where`, without its second derivative with respect to its input, which is zero
    (see `MaxPool`)."""

    plain = layers.PReLU

    def call(self, inputs: Tensor) -> Tensor:
        return ops.where(inputs > 0, inputs, ops.cast(self.alpha, inputs.dtype) * inputs)

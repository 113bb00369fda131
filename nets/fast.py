"""Faster forms of Keras's layers, with the same weights and, up to rounding, the same results.

Each class here extends a Keras layer, and its attribute `plain` is that Keras layer. A saved model
holds the plain layer, so that it loads without this project (`framework.checkpoint.save_model`).
docs/speed.md states the gains. TensorFlow's own operations stand where keras.ops has none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import keras
import tensorflow as tf
from keras import layers

from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.convolution import convolve, transpose

ops = Lazy("keras.ops")

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
    """A transposed convolution with "same" padding, in the form that is fastest on this
    processor (`nets.convolution`)."""

    plain = layers.Conv2DTranspose

    def call(self, inputs: Tensor) -> Tensor:
        if not all(inputs.shape[1:]):
            return super().call(inputs)
        y = transpose(inputs, ops.cast(self.kernel, inputs.dtype), self.strides[0])
        return y + ops.cast(self.bias, y.dtype)


@keras.saving.register_keras_serializable("scogan")
class Conv(layers.Conv2D):
    """A convolution; with "same" padding and its derivatives in the forms that are fastest on
    this processor (`nets.convolution`)."""

    plain = layers.Conv2D

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        stride, (height, width, _) = self.strides[0], inputs.shape[1:]
        fits = height and width and height % stride == width % stride == 0
        if not (fits and self.padding == "same"):
            return super().convolution_op(inputs, kernel)
        return convolve(inputs, ops.cast(kernel, inputs.dtype), stride)


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

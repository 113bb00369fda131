"""Spectral normalisation that leaves the kernel alone (Miyato et al. 2018), and its learnable
scale (Arbel et al. 2018, "spectral parametrisation").

Keras's own SpectralNormalization writes W / sigma over the kernel at every training call,
several times in an iteration here, gives no derivative of sigma, and carries no scale.
"""

import keras
from keras import ops

from framework.errors import UserError

EPSILON = 1e-12


def _unit(row):
    return row * ops.rsqrt(ops.sum(ops.square(row)) + EPSILON)


def power_step(matrix, u):
    """(sigma, next u): one step of the power method on a matrix [n, c] from u [1, c].

    sigma estimates the largest singular value from below; u and v are constants in its
    derivative, which flows through the matrix alone.
    """
    v = _unit(ops.matmul(u, ops.transpose(matrix)))
    following = _unit(ops.matmul(v, matrix))
    v, following = ops.stop_gradient(v), ops.stop_gradient(following)
    return ops.sum(ops.matmul(v, matrix) * following), following


class Spectral(keras.layers.Layer):
    """A layer that computes with W s / sigma(W), sigma the largest singular value of its kernel
    W reshaped to [-1, outputs].

    learnable: whether the scalar s, 1 at first, is trained. The bias stays outside. The vector
    u is kept and takes one power step at every training call (in the published code at the
    calls on real images alone: more steps only bring it nearer). Float32 under any policy.
    """

    def __init__(self, outputs: int, learnable: bool = False,
                 kernel_initializer="glorot_uniform", bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.outputs, self.learnable = outputs, learnable
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        self.kernel = self.add_weight(self.kernel_shape(input_shape[-1]), name="kernel",
                                      initializer=self.kernel_initializer)
        self.bias = self.add_weight((self.outputs,), name="bias",
                                    initializer=self.bias_initializer)
        self.scale = self.add_weight((), name="scale", initializer="ones", dtype="float32",
                                     trainable=self.learnable)
        self.u = self.add_weight((1, self.outputs), name="u", initializer="random_normal",
                                 dtype="float32", trainable=False)

    def call(self, x, training=False):
        kernel = ops.cast(self.kernel, "float32")
        sigma, following = power_step(ops.reshape(kernel, (-1, self.outputs)), self.u)
        if training:
            self.u.assign(following)
        kernel = ops.cast(kernel * (self.scale / sigma), self.compute_dtype)
        return self.linear(x, kernel) + ops.cast(self.bias, self.compute_dtype)

    def get_config(self):
        return super().get_config() | {
            "outputs": self.outputs, "learnable": self.learnable,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer)}


@keras.saving.register_keras_serializable("scogan")
class SpectralDense(Spectral):
    """x [B, d] to [B, outputs]."""

    def kernel_shape(self, channels):
        return channels, self.outputs

    def linear(self, x, kernel):
        return ops.matmul(x, kernel)

    def compute_output_shape(self, input_shape):
        return *input_shape[:-1], self.outputs


@keras.saving.register_keras_serializable("scogan")
class SpectralConv2D(Spectral):
    """x [B, H, W, C] to [B, H', W', outputs], a convolution of `size` x `size`."""

    def __init__(self, outputs: int, size: int, strides: int = 1, padding: str = "valid",
                 **kwargs):
        super().__init__(outputs, **kwargs)
        if padding not in ("valid", "same"):
            raise UserError(f"padding must be valid or same, not {padding!r}")
        self.size, self.strides, self.padding = size, strides, padding

    def kernel_shape(self, channels):
        return self.size, self.size, channels, self.outputs

    def linear(self, x, kernel):
        return ops.conv(x, kernel, self.strides, self.padding)

    def compute_output_shape(self, input_shape):
        image = keras.KerasTensor(input_shape)
        kernel = keras.KerasTensor(self.kernel_shape(input_shape[-1]))
        return keras.ops.conv(image, kernel, self.strides, self.padding).shape

    def get_config(self):
        return super().get_config() | {"size": self.size, "strides": self.strides,
                                       "padding": self.padding}

"""Spectral normalisation that does not change the kernel (Miyato et al. 2018), and its learnable
scale (Arbel et al. 2018, "spectral parametrisation").

Keras's own SpectralNormalization overwrites the kernel with W / sigma at every training call, of
which one iteration here has several; it has no derivative of sigma and no scale.
"""

from typing import Any, TypeAlias

import keras

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")

EPSILON = 1e-12
Initializer: TypeAlias = str | keras.initializers.Initializer
Shape: TypeAlias = tuple[int | None, ...]


def _normalise(row: Tensor) -> Tensor:
    return row * ops.rsqrt(ops.sum(ops.square(row)) + EPSILON)


def power_step(matrix: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """(sigma, next u): one step of the power method on a matrix [n, c] from u [1, c].

    sigma estimates the largest singular value from below. In its derivative u and v are
    constants: it flows through the matrix alone.
    """
    v = _normalise(ops.matmul(u, ops.transpose(matrix)))
    following = _normalise(ops.matmul(v, matrix))
    v, following = ops.stop_gradient(v), ops.stop_gradient(following)
    return ops.sum(ops.matmul(v, matrix) * following), following


class Spectral(keras.layers.Layer):
    """Base of the layers that compute with W s / sigma(W), where sigma is the largest singular
    value of the kernel W reshaped to [-1, outputs].

    learnable: whether the scalar s, initially 1, is trained. The bias is not normalised. The layer
    keeps the vector u, which takes one power step at every training call (in the published code
    only at the calls on real images; more steps only improve the estimate). Float32 under any
    policy. A subclass defines `kernel_shape` and `linear`.
    """

    def __init__(self, outputs: int, learnable: bool = False,
                 kernel_initializer: Initializer = "glorot_uniform",
                 bias_initializer: Initializer = "zeros", **kwargs: Any):
        super().__init__(**kwargs)
        self.outputs, self.learnable = outputs, learnable
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def kernel_shape(self, channels: int | None) -> Shape:
        """The shape of the kernel for inputs of so many channels."""
        raise NotImplementedError

    def linear(self, x: Tensor, kernel: Tensor) -> Tensor:
        """The linear map of x by `kernel`, without the bias."""
        raise NotImplementedError

    def build(self, input_shape: Shape) -> None:
        self.kernel = self.add_weight(self.kernel_shape(input_shape[-1]), name="kernel",
                                      initializer=self.kernel_initializer)
        self.bias = self.add_weight((self.outputs,), name="bias",
                                    initializer=self.bias_initializer)
        self.scale = self.add_weight((), name="scale", initializer="ones", dtype="float32",
                                     trainable=self.learnable)
        self.u = self.add_weight((1, self.outputs), name="u", initializer="random_normal",
                                 dtype="float32", trainable=False)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        kernel = ops.cast(self.kernel, "float32")
        sigma, following = power_step(ops.reshape(kernel, (-1, self.outputs)), self.u)
        if training:
            self.u.assign(following)
        kernel = ops.cast(kernel * (self.scale / sigma), self.compute_dtype)
        return self.linear(x, kernel) + ops.cast(self.bias, self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {
            "outputs": self.outputs, "learnable": self.learnable,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer)}


@keras.saving.register_keras_serializable("scogan")
class SpectralDense(Spectral):
    """A dense layer: x [B, d] -> [B, outputs]."""

    def kernel_shape(self, channels: int | None) -> Shape:
        return channels, self.outputs

    def linear(self, x: Tensor, kernel: Tensor) -> Tensor:
        return ops.matmul(x, kernel)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return *input_shape[:-1], self.outputs


@keras.saving.register_keras_serializable("scogan")
class SpectralConv2D(Spectral):
    """A convolution of `size` x `size`: x [B, H, W, C] -> [B, H', W', outputs].

    Raises UserError for another padding than "valid" and "same".
    """

    def __init__(self, outputs: int, size: int, strides: int = 1, padding: str = "valid",
                 **kwargs: Any):
        super().__init__(outputs, **kwargs)
        if padding not in ("valid", "same"):
            raise UserError(f"padding must be valid or same, not {padding!r}")
        self.size, self.strides, self.padding = size, strides, padding

    def kernel_shape(self, channels: int | None) -> Shape:
        return self.size, self.size, channels, self.outputs

    def linear(self, x: Tensor, kernel: Tensor) -> Tensor:
        return ops.conv(x, kernel, self.strides, self.padding)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        image = keras.KerasTensor(input_shape)
        kernel = keras.KerasTensor(self.kernel_shape(input_shape[-1]))
        return ops.conv(image, kernel, self.strides, self.padding).shape

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"size": self.size, "strides": self.strides,
                                       "padding": self.padding}

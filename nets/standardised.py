"""Layer and instance norm before their scale and shift, with explicit derivatives.

As in nets/fast.py, the results are Keras's but faster, and saved models hold a `plain` form.
"""

import functools
from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf
from keras import layers

from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")


@keras.saving.register_keras_serializable("scogan")
class Standardised(layers.Layer):
    """(x - mean) / sqrt(var + epsilon) over `axes`, for each sample apart, in float32.

    Keras's LayerNormalization and GroupNormalization treat the mean inside the variance as a
    constant (tf.nn.moments). That is right for the first derivative and wrong for the second, by
    up to a tenth in the gradient of a gradient penalty.
    """

    def __init__(self, axes: Iterable[int], epsilon: float, **common: Any):
        super().__init__(**{**common, "dtype": "float32"})
        self.axes, self.epsilon = tuple(axes), epsilon

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "axes": self.axes, "epsilon": self.epsilon}

    def call(self, inputs: Tensor) -> Tensor:
        return standardise(inputs, self.axes, self.epsilon)

    def plain(self, x: Tensor) -> Tensor:
        """The same in Keras's own operations, for saved models."""
        x = ops.cast(x, "float32")
        x = x - ops.mean(x, self.axes, keepdims=True)
        return x * ops.rsqrt(ops.mean(ops.square(x), self.axes, keepdims=True) + self.epsilon)


def standardise(x: Tensor, axes: tuple[int, ...], epsilon: float) -> Tensor:
    """y = r (x - mean x), r = 1 / sqrt(var x + epsilon) over `axes` of x, of x's shape and dtype.

    Its Jacobian J v = r (v - mean v - y mean(v y)) is symmetric. The derivative of <v, J dy> with
    respect to x is -r (mean(dy y) J v + mean(v y) J dy + y mean(v J dy)). These serve gradients
    and the gradients of a penalty on gradients; a third derivative raises LookupError.
    """
    mean = functools.partial(tf.reduce_mean, axis=axes, keepdims=True)

    @tf.custom_gradient
    def normalise(x):
        centred = x - mean(x)
        r = tf.math.rsqrt(mean(centred * centred) + epsilon)
        y = centred * r

        def jacobian(v):
            along = mean(v * y)
            return r * (v - mean(v) - along * y), along

        @tf.custom_gradient
        def slope(x, dy):
            dx, along_dy = jacobian(dy)

            def curvature(v):
                ddy, along_v = jacobian(v)
                ddx = (-r * along_dy) * ddy - (r * along_v) * dx - (r * mean(v * dx)) * y
                return _forbid_gradient(ddx), _forbid_gradient(ddy)

            return dx, curvature

        return y, lambda dy: slope(x, dy)

    return normalise(x)


def _forbid_gradient(derivative: Tensor) -> Tensor:
    return tf.raw_ops.PreventGradient(input=derivative, message="third derivatives of a norm")

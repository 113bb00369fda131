"""Layer and instance norm before their scale and shift, with derivatives written out.

As in nets/fast.py the numbers are Keras's with less waste, and saved models hold a `plain` form.
"""

import functools

import keras
import tensorflow as tf
from keras import layers, ops


@keras.saving.register_keras_serializable("scogan")
class Standardised(layers.Layer):
    """(x - mean) / sqrt(var + epsilon) over `axes`, each sample for itself, in float32.

    Keras's LayerNormalization and GroupNormalization hold the mean constant inside the variance
    (tf.nn.moments). That is right for a first derivative and wrong for the second, by up to a
    tenth in the gradient of a gradient penalty.
    """

    def __init__(self, axes, epsilon: float, **common):
        super().__init__(**{**common, "dtype": "float32"})
        self.axes, self.epsilon = tuple(axes), epsilon

    def get_config(self):
        return {**super().get_config(), "axes": self.axes, "epsilon": self.epsilon}

    def call(self, inputs):
        return standardised(inputs, self.axes, self.epsilon)

    def plain(self, x):
        """The same in operations of Keras, for saved models."""
        x = ops.cast(x, "float32")
        x = x - ops.mean(x, self.axes, keepdims=True)
        return x * ops.rsqrt(ops.mean(ops.square(x), self.axes, keepdims=True) + self.epsilon)


def standardised(x, axes: tuple[int, ...], epsilon: float):
    """y = r (x - mean x), r = 1 / sqrt(var x + epsilon) over `axes` of x, of x's shape and dtype.

    Its Jacobian J v = r (v - mean v - y mean(v y)) is symmetric. The derivative of <v, J dy> with
    respect to x is -r (mean(dy y) J v + mean(v y) J dy + y mean(v J dy)). These are right for
    gradients and for those of a penalty on gradients; a third derivative raises LookupError.
    """
    mean = functools.partial(tf.reduce_mean, axis=axes, keepdims=True)

    @tf.custom_gradient
    def normed(x):
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
                return _last(ddx), _last(ddy)

            return dx, curvature

        return y, lambda dy: slope(x, dy)

    return normed(x)


def _last(derivative):
    return tf.raw_ops.PreventGradient(input=derivative, message="third derivatives of a norm")

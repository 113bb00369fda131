"""An exponential moving average of nets' weights, from which samples are drawn."""

import keras
import tensorflow as tf

from framework.tensors import Tensor


class MovingAverage:
    """`model`, a net of the same layers as `trained`, follows its weights.

    decay: share of the average that an update keeps, in [0, 1). The model starts as a copy.
    """

    def __init__(self, trained: keras.Model, model: keras.Model, decay: float):
        self.trained, self.model, self.decay = trained, model, decay
        model.set_weights(trained.get_weights())

    def update(self, iteration: Tensor) -> None:
        """Moves the average towards the trained net.

        The decay rises with the iteration t, (1 + t) / (10 + t) at most, so that the average
        forgets the random start. Statistics of batch norm are averages already and are copied.
        """
        t = tf.cast(iteration, tf.float32)
        rate = tf.minimum(self.decay, (1.0 + t) / (10.0 + t))
        trainable = {id(v) for v in self.trained.trainable_variables}
        for mean, v in zip(self.model.variables, self.trained.variables, strict=True):
            mean.assign(mean + (1.0 - rate) * (v - mean) if id(v) in trainable else v)

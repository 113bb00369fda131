"""Random numbers that follow from (seed, iteration), so that a resumed run continues exactly."""

import tensorflow as tf


class Random:
    """The draws of one iteration: the n-th follows from (seed, iteration, n) alone.

    `iteration` may be a tensor, so that one compiled function serves every iteration.
    """

    def __init__(self, seed: int, iteration):
        self._key = tf.random.experimental.stateless_fold_in(
            tf.constant([seed, 0], tf.int32), tf.cast(iteration, tf.int32))
        self._drawn = 0

    def _next_key(self):
        self._drawn += 1
        return tf.random.experimental.stateless_fold_in(self._key, self._drawn)

    def uniform(self, shape, low=0.0, high=1.0):
        """Float32 tensor of `shape`, uniform in [low, high)."""
        return tf.random.stateless_uniform(shape, self._next_key(), low, high)

    def normal(self, shape, stddev=1.0):
        """Float32 tensor of `shape`, normal with mean 0."""
        return tf.random.stateless_normal(shape, self._next_key(), 0.0, stddev)

    def signs(self, shape):
        """Float32 tensor of `shape`, -1 or 1 with equal chances."""
        return tf.where(self.uniform(shape, -1.0, 1.0) < 0, -1.0, 1.0)


LATENTS = {
    "uniform": lambda random, shape: random.uniform(shape, -1.0, 1.0),
    "normal": lambda random, shape: random.normal(shape),
}

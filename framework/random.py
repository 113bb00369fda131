"""Random numbers that follow from (seed, iteration), so that a resumed run continues exactly."""

import tensorflow as tf

from framework import draws
from framework.devices import replica_and_count, replica_rows
from framework.tensors import Tensor


class Random:
    """The draws of one iteration: the n-th follows from (seed, iteration, n) alone.

    `iteration` may be a tensor, so that one compiled function serves every iteration. On several
    devices a draw is the replica's rows of the one that a single device would make for the global
    batch; of a `shape` that holds several batches one after the other, `parts` says how many.
    """

    def __init__(self, seed: int, iteration: Tensor):
        self._key = draws.fold_in(tf.constant([seed, 0], tf.int32), tf.cast(iteration, tf.int32))
        self.drawn = 0

    def _next_key(self):
        self.drawn += 1
        return draws.fold_in(self._key, self.drawn)

    def _rows(self, draw, shape, parts, *limits):
        count = replica_and_count()[1]
        if count == 1:
            return draw(shape, self._next_key(), *limits)
        shape = tf.convert_to_tensor(shape)
        whole = tf.concat([count * shape[:1], shape[1:]], 0)
        return replica_rows(draw(whole, self._next_key(), *limits), parts)

    def uniform(self, shape: Tensor, low: float = 0.0, high: float = 1.0, parts: int = 1) -> Tensor:
        """Float32 tensor of `shape`, uniform in [low, high)."""
        return self._rows(draws.uniform, shape, parts, low, high)

    def normal(self, shape: Tensor, stddev: float = 1.0, parts: int = 1) -> Tensor:
        """Float32 tensor of `shape`, normal with mean 0."""
        return self._rows(draws.normal, shape, parts, 0.0, stddev)

    def signs(self, shape: Tensor) -> Tensor:
        """Float32 tensor of `shape`, -1 or 1 with equal chances."""
        return tf.where(self.uniform(shape, -1.0, 1.0) < 0, -1.0, 1.0)

"""Weights that rise, and weights found from the first iterations instead of by hand (7.4.1)."""

from collections.abc import Iterable

import keras
from keras import ops

from framework.devices import mean_over_replicas
from framework.tensors import Tensor

BALANCE_ITERATIONS = 100                      # iterations that the magnitudes are taken from


def ramp(iteration: Tensor, warmup: int) -> Tensor:
    """The share of a weight that is in force: rises linearly to 1 over `warmup` iterations."""
    return ops.minimum(1.0, ops.cast(iteration, "float32") / warmup) if warmup else 1.0


class LossBalancer:
    """Weights by which each of the terms `names` starts at `share` of the adversarial loss.

    Over the first BALANCE_ITERATIONS the magnitudes of the terms and of the adversarial loss (the
    sum of the domains' absolute values) are summed; a weight is `share` times the quotient of
    the sums so far, and stays as it is from then on, so that the term's own course shows.
    """

    def __init__(self, names, share: float):
        self.names, self.share = list(names), share
        self.sums = keras.Variable(ops.zeros(1 + len(self.names)), trainable=False, name="sums")

    @property
    def variables(self) -> list:
        """What a checkpoint must hold."""
        return [self.sums]

    def __call__(self, iteration: Tensor, adversarial: Iterable[Tensor],
                 terms: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weight of each term. adversarial: the domains' losses; terms: name to value."""
        adversarial = mean_over_replicas(list(adversarial))
        found = mean_over_replicas([terms[n] for n in self.names])
        total: Tensor = sum(abs(value) for value in adversarial)
        seen = ops.stop_gradient(ops.stack([total, *(abs(value) for value in found)]))
        self.sums.assign_add(ops.where(iteration < BALANCE_ITERATIONS, seen, 0.0))
        weights = self.share * self.sums[0] / (self.sums[1:] + keras.config.epsilon())
        return {name: weights[k] for k, name in enumerate(self.names)}

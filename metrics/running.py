"""Sums that batches pass through, so that memory does not grow with the number of samples."""

from collections.abc import Callable
from typing import Any

import numpy as np


class Mean:
    """Mean and standard error of values [n, ...] that arrive in batches, in float64."""

    def __init__(self):
        self.count, self._total, self._squares = 0, 0.0, 0.0

    def add(self, values: Any) -> None:
        """Takes in the values [n, ...] of n samples."""
        values = np.asarray(values, np.float64)
        self.count += len(values)
        self._total = self._total + values.sum(0)
        self._squares = self._squares + (values**2).sum(0)

    @property
    def value(self) -> Any:
        """The mean, a float or an array [...]."""
        return self._total / self.count

    @property
    def error(self) -> Any:
        """Standard error of the mean; NaN for a single sample."""
        if self.count < 2:
            return np.nan * self.value
        spread = np.maximum(self._squares / self.count - self.value**2, 0.0)
        return np.sqrt(spread / (self.count - 1))


class Extremes:
    """The `keep` lowest and `keep` highest scored of all that passes, with what they belong to.

    `lowest` and `highest` are lists of (score, item), from the most extreme on.
    """

    def __init__(self, keep: int = 8):
        self.keep, self.lowest, self.highest = keep, [], []

    def add(self, scores: np.ndarray, items: Callable[[int], Any]) -> None:
        """Takes in the scores [n] of `items`, a function of an index to what is to be kept."""
        order = np.argsort(scores, kind="stable")
        low, high = order[:self.keep], order[::-1][:self.keep]
        self.lowest = self._best(self.lowest, scores, low, items, 1)
        self.highest = self._best(self.highest, scores, high, items, -1)

    def _best(self, kept, scores, which, items, sign):
        found = kept + [(float(scores[i]), items(i)) for i in which]
        return sorted(found, key=lambda one: sign * one[0])[:self.keep]

"""Statistics that are summed batch by batch: memory does not grow with the number of samples."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


class Mean:
    """Mean and standard error of values [n, ...] that arrive in batches, in float64."""

    def __init__(self):
        self.count, self._total, self._squares = 0, 0.0, 0.0

    def add(self, values: ArrayLike) -> None:
        """Adds the values [n, ...] of n samples."""
        rows = np.asarray(values, np.float64)
        self.count += len(rows)
        self._total = self._total + rows.sum(0)
        self._squares = self._squares + (rows**2).sum(0)

    @property
    def value(self) -> Any:
        """The mean, a float or an array [...]."""
        return self._total / self.count

    @property
    def error(self) -> Any:
        """The standard error of the mean, shaped like it; NaN for a single sample."""
        if self.count < 2:
            return np.nan * self.value
        spread = np.maximum(self._squares / self.count - self.value**2, 0.0)
        return np.sqrt(spread / (self.count - 1))


class Extremes:
    """Keeps the items with the `keep` lowest and the `keep` highest scores.

    lowest, highest: lists of (score, item), the most extreme first.
    """

    def __init__(self, keep: int = 8):
        self.keep, self.lowest, self.highest = keep, [], []

    def add(self, scores: np.ndarray, items: Callable[[int], Any]) -> None:
        """Adds the scores [n] of n items. items: a function from an index to the item to keep."""
        order = np.argsort(scores, kind="stable")
        low, high = order[:self.keep], order[::-1][:self.keep]
        self.lowest = self._best(self.lowest, scores, low, items, 1)
        self.highest = self._best(self.highest, scores, high, items, -1)

    def _best(self, kept, scores, which, items, sign):
        found = kept + [(float(scores[i]), items(i)) for i in which]
        return sorted(found, key=lambda one: sign * one[0])[:self.keep]

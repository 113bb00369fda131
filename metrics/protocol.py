"""The perceptual distances of chapter 5 of the SCoGAN thesis, for any number of domains.

Each is the mean distance between the i-th images of two streams: generated images of the same
latent; generated and real images, of the same domain and of different ones (tables 3.3 to 3.8);
real images of two domains, the thesis's baseline; real images of one domain. The last is ours:
a distance to real images falls below it only if images resemble each other more than the data do.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

import numpy as np

from metrics.report import Result
from metrics.running import Extremes, Mean
from metrics.streams import Batch, Comparison

EXTREMES_KINDS = ("pair", "folders")          # comparisons whose extreme pairs are kept


class NamedDistance(Protocol):
    """A function of images a, b [B, H, W, C] to distances [B], with the name that results bear."""

    name: str

    def __call__(self, a: np.ndarray, b: np.ndarray, /) -> np.ndarray: ...


class PairDistances:
    """The mean `distance` of each of the `compared` pairs of streams.

    distinct: how many different images each stream has. keep: how many pairs of generated
    images with the lowest and with the highest distance are kept.
    """

    def __init__(self, distance: NamedDistance, compared: Collection[Comparison],
                 distinct: Mapping[str, int], keep: int = 8):
        self.distance, self.name = distance, distance.name
        self.compared = [c for c in compared if c.kind != "floor" or distinct[c.right]]
        self.skipped = [c for c in compared if c not in self.compared]
        self.distinct = distinct
        self.means = {c: Mean() for c in self.compared}
        self.extremes = {c: Extremes(keep) for c in self.compared
                         if c.kind in EXTREMES_KINDS}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams."""
        for c in self.compared:
            left, right = batch[c.left], batch[c.right]
            scores = np.asarray(self.distance(left, right))
            self.means[c].add(scores)
            if c in self.extremes:
                self.extremes[c].add(
                    scores, lambda i, a=left, b=right: (np.array(a[i]), np.array(b[i])))

    def results(self) -> list[Result]:
        """One row for each comparison; a note says why a value is missing."""
        found = [Result("lpips", c, float(mean.value), float(mean.error), mean.count,
                        self.name, self._note(c)) for c, mean in self.means.items()]
        return found + [Result("lpips", c, by=self.name, note="needs two images or more")
                        for c in self.skipped]

    def _note(self, c) -> str:
        fewest = min(self.distinct[c.left], self.distinct[c.right])
        return f"{fewest} different" if fewest < self.means[c].count else ""

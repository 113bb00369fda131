"""The perceptual distances of chapter 5 of the SCoGAN thesis, for any number of domains.

Mean distance of the i-th image of one stream and the i-th of another: generated for the same
latent; generated and real, of its own domain and of the others (tables 3.3 to 3.8); real of
two domains, the thesis's baseline; and real of one domain. The last is ours: a distance from
real images falls below it only where images resemble each other more than the data do.
"""

from collections.abc import Callable, Iterable

import numpy as np

from metrics.report import Result
from metrics.running import Extremes, Mean
from metrics.streams import Comparison

EXTREMES_KINDS = ("pair", "folders")          # of which the extremes are kept


class PairDistances:
    """`distance`, a function of images a, b [B, H, W, C] to [B], over `compared` streams.

    distinct: how many different images a stream has. Keeps the pairs of generated images with
    the lowest and the highest score, both images of each.
    """

    def __init__(self, distance: Callable, compared: Iterable[Comparison], distinct: dict,
                 keep: int = 8):
        self.distance, self.name = distance, distance.name
        self.compared = [c for c in compared if c.kind != "floor" or distinct[c.right]]
        self.skipped = [c for c in compared if c not in self.compared]
        self.distinct = distinct
        self.means = {c: Mean() for c in self.compared}
        self.extremes = {c: Extremes(keep) for c in self.compared
                         if c.kind in EXTREMES_KINDS}

    def add(self, batch: dict) -> None:
        """Takes in a batch of all streams."""
        for c in self.compared:
            left, right = batch[c.left], batch[c.right]
            scores = np.asarray(self.distance(left, right))
            self.means[c].add(scores)
            if c in self.extremes:
                self.extremes[c].add(
                    scores, lambda i, a=left, b=right: (np.array(a[i]), np.array(b[i])))

    def results(self) -> list[Result]:
        """A row for each comparison."""
        found = [Result("lpips", c, float(mean.value), float(mean.error), mean.count,
                        self.name, self._note(c)) for c, mean in self.means.items()]
        return found + [Result("lpips", c, by=self.name, note="needs two images or more")
                        for c in self.skipped]

    def _note(self, c) -> str:
        fewest = min(self.distinct[c.left], self.distinct[c.right])
        return f"{fewest} different" if fewest < self.means[c].count else ""

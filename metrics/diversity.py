"""How much the images of a generator differ among each other, beside how much the data do.

Two numbers, both 1 where generated images differ as real ones do and 0 where all are one image.
spread: the mean distance of two images. variety: the median distance of an image to the one most
like it, which is small also where a generator draws several images again and again, such as one of
each class.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from losses.kernels import squared_distances
from metrics.nearest import SMALL_PIXELS, nearest, small_pixels
from metrics.report import Result
from metrics.streams import Batch, Comparison, generated_stream, real_stream

MOST = 1000                     # images of each side: the time grows with their square
FEWEST = 3
METRICS = ("spread", "variety")


def spread_and_variety(rows: np.ndarray) -> tuple[float, float]:
    """Of rows [N, D], N at least 2: the mean distance of two, and the median distance of a row to
    the nearest other."""
    distances = np.sqrt(np.asarray(squared_distances(rows, rows), np.float64))
    count = len(rows)
    return (float(distances.sum() / (count * (count - 1))),
            float(np.median(nearest(rows, rows, 1, without_itself=True)[0])))


class Diversity:
    """Spread and variety of the generated images of the domains `names`, as shares of those of as
    many real ones.

    distinct: how many different images each stream has.
    """

    def __init__(self, names: Sequence[str], distinct: Mapping[str, int]):
        self.of = [Comparison("own", generated_stream(name), real_stream(name)) for name in names]
        self.limits = {c: min(MOST, distinct[c.left], distinct[c.right]) for c in self.of}
        self.rows = {stream: [] for c in self.of for stream in (c.left, c.right)}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams; those past the limit are ignored."""
        for c, limit in self.limits.items():
            for stream in (c.left, c.right):
                some = batch[stream][:limit - sum(map(len, self.rows[stream]))]
                if len(some):
                    self.rows[stream].append(small_pixels(some))

    def results(self) -> list[Result]:
        """Two rows for each domain; a note says why a value is missing."""
        return [row for c in self.of for row in self._rows(c)]

    def _rows(self, c):
        count = self.limits[c]
        if count < FEWEST:
            return [Result(metric, c, by=SMALL_PIXELS, note=f"needs {FEWEST} images or more")
                    for metric in METRICS]
        drawn, real = (spread_and_variety(np.concatenate(self.rows[stream]))
                       for stream in (c.left, c.right))
        return [Result(metric, c, mine / theirs, count=count, by=SMALL_PIXELS) if theirs > 0 else
                Result(metric, c, by=SMALL_PIXELS, note="the real images repeat each other")
                for metric, mine, theirs in zip(METRICS, drawn, real, strict=True)]

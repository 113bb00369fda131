"""Distances between two whole sets of images, computed on the features of one net.

Both sides of a comparison have the same number of different images, since a Frechet distance
falls with that number. Its moments use all of them. The kernel distance, the sliced Wasserstein
distance and precision, recall, density and coverage use the first MAX_KEPT_ROWS of a random
order, or as many as fit into MAX_KEPT_BYTES: memory does not grow with the number of samples.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from framework.errors import UserError
from framework.progress import progress
from metrics.features import FeatureExtractor
from metrics.frechet import Moments, fid
from metrics.kernel import kid
from metrics.manifold import prdc
from metrics.report import Result
from metrics.streams import Batch, Comparison
from metrics.wasserstein import lower_bound, sliced_wasserstein

MAX_KEPT_ROWS, MAX_KEPT_BYTES, MAX_COVARIANCE_WIDTH = 5000, 2**27, 4096
COMPARED_KINDS = ("pair", "own", "baseline", "floor", "folders")
PRDC_KINDS = ("own", "floor", "folders")


class FeatureSample:
    """The features of a stream's first `limit` images: the moments of all, and the first rows.

    moments: whether the moments are wanted.
    """

    def __init__(self, limit: int, moments: bool):
        self.limit, self.count, self.wants_moments = limit, 0, moments
        self.moments: Moments | None = None
        self._parts: list[np.ndarray] = []

    def add(self, features: np.ndarray) -> None:
        """Adds the features [n, D] of the stream's next images; those past `limit` are ignored."""
        features = features[:self.limit - self.count]
        if not len(features):
            return
        if self.wants_moments and features.shape[1] <= MAX_COVARIANCE_WIDTH:
            self.moments = self.moments or Moments(features.shape[1])
            self.moments.update(features)
        most = min(MAX_KEPT_ROWS, max(2, MAX_KEPT_BYTES // (4 * features.shape[1])))
        if self.count < most:
            self._parts.append(np.asarray(features[:most - self.count], np.float32))
        self.count += len(features)

    @property
    def kept(self) -> np.ndarray:
        """The features of the first images, float32 [at most MAX_KEPT_ROWS, D]."""
        return np.concatenate(self._parts)


class Distributions:
    """Measures the chosen `metrics` on the `compared` streams.

    distinct: how many different images each stream has; later ones are repeats and are ignored.
    """

    def __init__(self, extractor: FeatureExtractor, metrics: Sequence[str],
                 compared: Iterable[Comparison], distinct: Mapping[str, int], seed: int = 0):
        self.extractor, self.metrics, self.seed = extractor, metrics, seed
        self.compared = [c for c in compared if c.kind in COMPARED_KINDS]
        self.limits = {c: min(distinct[c.left], distinct[c.right]) for c in self.compared}
        self.sets = {}
        for c, limit in self.limits.items():
            for name in (c.left, c.right):
                self.sets[name, limit] = FeatureSample(limit, "fid" in metrics)

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams; the net reads each stream once."""
        for name in {name for name, _ in self.sets}:
            wanted = [s for (of, _), s in self.sets.items() if of == name and s.count < s.limit]
            if wanted:
                features = np.asarray(self.extractor(batch[name]))
                for one in wanted:
                    one.add(features)

    def results(self) -> list[Result]:
        """One row for each metric and comparison; a note says why a value is missing."""
        due = [(metric, c) for metric in self.metrics for c in self.compared
               if metric != "prdc" or c.kind in PRDC_KINDS]
        rows = []
        with progress(len(due), "comparing sets", "comparisons") as bar:
            for metric, c in due:
                rows += self._rows(metric, c)
                bar.update()
        return rows

    def _rows(self, metric, c):
        left, right = (self.sets[name, self.limits[c]] for name in (c.left, c.right))
        if min(left.count, right.count) < 2:
            return [Result(metric, c, by=self.extractor.name, note="needs two images or more")]
        try:
            values = METRIC_FUNCTIONS[metric](left, right, self.seed)
            return [Result(name, c, value, error, count, self.extractor.name)
                    for name, value, error, count in values]
        except UserError as error:
            return [Result(metric, c, by=self.extractor.name, note=str(error))]


def _fid(left, right, seed):
    if left.moments is None:
        raise UserError(f"over {MAX_COVARIANCE_WIDTH} features make too large a covariance")
    return [("fid", fid(left.moments, right.moments), np.nan, left.count)]


def _kid(left, right, seed):
    x, y = left.kept, right.kept
    return [("kid", *kid(x, y, seed=seed), len(x))]


def _swd(left, right, seed):
    x, y = left.kept, right.kept
    bound = lower_bound(y, x, seed=seed)
    return [("swd", sliced_wasserstein(x, y, seed=seed), np.nan, len(x)),
            ("swd_bound", bound.value, bound.spread, min(len(x), len(y) // 2))]


def _prdc(left, right, seed):
    found = prdc(right.kept, left.kept)
    return [(name, value, np.nan, len(left.kept)) for name, value in found.items()]


METRIC_FUNCTIONS = {"fid": _fid, "kid": _kid, "swd": _swd, "prdc": _prdc}

"""Whether generated pairs belong together, as no shortcut can fake it (retrieval and HSIC).

Retrieval asks for each a_i which of N images of the other domain is its partner. A permutation
test asks whether the pairs depend on each other more than shuffled ones do: HSIC is the squared
MMD between the joint distribution of two features and the product of their marginals (Gretton et
al. 2005). Both are at chance where all images are alike, however good their agreement is.
"""

from typing import NamedTuple

import numpy as np

from losses.kernels import squared_distances
from metrics.rows import as_rows
from metrics.running import Mean

GROUP = 256                     # images among which a partner is looked for
SHUFFLES = 1000
LEAST = 1e-9                    # norm, in units of the largest, of a feature that tells nothing


class Retrieval(NamedTuple):
    """How well partners are found. among: N, of which one is right.

    first: the share found at once (R@1), with its standard `error`; `chance` is 1/N. median_rank:
    1 is the best, (N + 1) / 2 is chance.
    """

    first: float
    error: float
    median_rank: float
    among: int
    count: int

    @property
    def chance(self) -> float:
        return 1 / self.among


class Dependence(NamedTuple):
    """HSIC and what a permutation test says of it: its distance z from the mean of shuffled pairs
    in their standard deviations, and p = (1 + those that reach it) / (1 + shuffles)."""

    hsic: float
    z: float
    p: float
    count: int


def centred_rows(features: np.ndarray) -> np.ndarray:
    """Features [n, D] less their mean, as rows of length 1; float64. A row that is nothing beside
    the largest becomes 0, which resembles all others equally."""
    rows = as_rows(features)
    lengths = np.linalg.norm(rows - rows.mean(0), axis=1, keepdims=True)
    told = lengths > LEAST * max(np.linalg.norm(rows, axis=1).max(), 1e-300)
    return np.where(told, (rows - rows.mean(0)) / np.where(told, lengths, 1), 0)


def ranks(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For scores [N, N] of which i, i is the right one: the rank of each, and the chance that it
    is found first. Equal scores are in random order, so the rank is the mean one.
    """
    right = np.diagonal(scores)[:, None]
    above, equal = (scores > right).sum(1), (scores == right).sum(1)
    return above + (equal + 1) / 2, np.where(above == 0, 1 / equal, 0)


def retrieval(x: np.ndarray, y: np.ndarray, group: int = GROUP) -> Retrieval:
    """Looks for y_i by the cosine with x_i among `group` rows, in one group after the other.

    x, y: rows [n, D] of `centred_rows`. Fewer than `group` rows are one group; of more rows those
    after the last full group are left out.
    """
    among = min(group, len(x))
    first, places = Mean(), []
    for i in range(0, len(x) - among + 1, among):
        found, hits = ranks(np.round(x[i:i + among] @ y[i:i + among].T, 12))
        first.add(hits)
        places.append(found)
    return Retrieval(float(first.value), float(first.error), float(np.median(places)), among,
                     first.count)


def median_kernel(rows: np.ndarray) -> np.ndarray:
    """The Gaussian kernel [n, n] of rows [n, D], exp(-d^2 / (2 m^2)) with m the median distance of
    two rows; ones where all are equal."""
    distances = np.asarray(squared_distances(rows, rows), np.float64)
    median = np.median(distances[np.triu_indices(len(rows), 1)])
    return np.exp(-distances / (2 * median)) if median > 0 else np.ones_like(distances)


def dependence(x: np.ndarray, y: np.ndarray, seed: int = 0, shuffles: int = SHUFFLES) -> Dependence:
    """HSIC = tr(K H L H) / (n - 1)^2 of rows x and y [n, D], and its permutation test."""
    n = len(x)
    centring = np.eye(n) - 1 / n
    k, other = centring @ median_kernel(x) @ centring, median_kernel(y)
    found = np.sum(k * other)
    rng = np.random.default_rng([seed, n])
    orders = (rng.permutation(n) for _ in range(shuffles))
    shuffled = np.array([np.sum(k * other[np.ix_(order, order)]) for order in orders])
    rounding = 1e-9 * np.linalg.norm(k) * np.linalg.norm(other) + 1e-12
    spread = shuffled.std(ddof=1)
    z = (found - shuffled.mean()) / spread if spread > rounding else 0.0
    reached = np.sum(shuffled >= found - rounding)
    return Dependence(float(found) / (n - 1) ** 2, float(z),
                      float((1 + reached) / (1 + shuffles)), n)

"""The sliced (projected) Wasserstein distance of samples, and a lower bound on W_1 from it."""

from math import exp, lgamma, pi, sqrt
from typing import NamedTuple

import numpy as np

from framework.errors import UserError
from metrics.rows import same_width


class LowerBound(NamedTuple):
    """A lower bound on W_1, and the standard deviation of its repeats before clipping."""

    value: float
    spread: float


def sliced_wasserstein(x: np.ndarray, y: np.ndarray, projections: int = 128, p: float = 1,
                       seed: int = 0) -> float:
    """(mean over u of W_p^p(u.x, u.y))^(1/p), u uniform on the sphere.

    x [N, ...], y [M, ...]: samples, which are flattened; N and M may differ. The distance has the
    units of x. Raises UserError for different widths or p below 1.
    """
    x, y = same_width(x, y)
    u = random_directions(x.shape[1], projections, np.random.default_rng(seed))
    return float(np.mean(projected_distances(x, y, u, p)) ** (1 / p))


def lower_bound(x: np.ndarray, y: np.ndarray, samples: int | None = None, projections: int = 128,
                repeats: int = 10, seed: int = 0) -> LowerBound:
    """Estimates a lower bound on W_1(P, Q) from x ~ P [N, ...] and y ~ Q [M, ...].

    1 / c_n (W_N^1(P, Q) - W_N^1(P, P)), averaged over `repeats` fresh draws of `samples` rows
    and of directions, then clipped at 0: it is a bound in expectation, and one draw can be
    negative. W_N(P, P) is measured between two disjoint parts of x, so `samples` is at most
    N / 2 and at most M; None takes the largest number allowed. The slides have sqrt(n) for
    1 / c_n, which is valid and never tight; translations attain 1 / c_n.
    Raises UserError if there are too few samples.
    """
    x, y = same_width(x, y)
    most = min(len(x) // 2, len(y))
    samples = most if samples is None else samples
    if not 1 <= samples <= most:
        raise UserError(f"{len(x)} and {len(y)} samples allow a bound from 1 to {most} of each, "
                        f"not {samples}")
    bounds = []
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, repeat])
        first, second = np.split(x[rng.choice(len(x), 2 * samples, replace=False)], 2)
        other = y[rng.choice(len(y), samples, replace=False)]
        u = random_directions(x.shape[1], projections, rng)
        apart = np.mean(projected_distances(first, other, u)
                        - projected_distances(first, second, u))
        bounds.append(apart / mean_absolute_coordinate(x.shape[1]))
    return LowerBound(max(float(np.mean(bounds)), 0.0), float(np.std(bounds, ddof=repeats > 1)))


def random_directions(dim: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draws directions [count, dim], uniform on the unit sphere."""
    u = rng.standard_normal((count, dim))
    return u / np.linalg.norm(u, axis=1, keepdims=True)


def projected_distances(x: np.ndarray, y: np.ndarray, u: np.ndarray, p: float = 1) -> np.ndarray:
    """Returns [count]: W_p^p(u.x, u.y) for each direction of u [count, dim].

    It is the integral of |quantile of x - quantile of y|^p. Both quantile functions are steps;
    the levels at which they jump are whole multiples of 1 / (N M), so they are exact.
    """
    if p < 1:
        raise UserError(f"a Wasserstein distance needs p of 1 or more, not {p}")
    a, b = np.sort(x @ u.T, 0), np.sort(y @ u.T, 0)
    n, m = len(a), len(b)
    levels = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    lengths = np.diff(levels, prepend=0) / (n * m)
    return lengths @ np.abs(a[(levels - 1) // m] - b[(levels - 1) // n]) ** p


def mean_absolute_coordinate(dim: int) -> float:
    """c_n = E |u_1| = Gamma(n/2) / (sqrt(pi) Gamma((n+1)/2)), u uniform on the sphere."""
    return exp(lgamma(dim / 2) - lgamma((dim + 1) / 2)) / sqrt(pi)

"""The sliced Wasserstein distance against SciPy, by hand, and the bound against known W_1."""

import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from framework.errors import UserError
from metrics.wasserstein import (
    lower_bound,
    mean_absolute_coordinate,
    projected_distances,
    random_directions,
    sliced_wasserstein,
)

X = np.sin(1 + np.arange(12.0)).reshape(4, 3)
Y = np.cos(2 + np.arange(9.0)).reshape(3, 3)
Z = np.cos(2 + np.arange(12.0)).reshape(4, 3)
U = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], np.ones(3) / 3**0.5, [2**-0.5, -(2**-0.5), 0]])


@pytest.mark.parametrize("n, m", [(7, 7), (7, 5), (4, 12), (1, 3)])
def test_in_one_dimension_it_is_scipys(n, m):
    rng = np.random.default_rng(n)
    x, y = rng.normal(size=n), rng.normal(1, 2, size=m)
    expected = wasserstein_distance(x, y)
    assert sliced_wasserstein(x, y, projections=3) == pytest.approx(expected, rel=1e-12)


def test_directions_of_the_design_document():
    expected = [0.487387, 0.038106, 0.446209, 0.045774, 0.317690]
    np.testing.assert_allclose(projected_distances(X, Z, U), expected, atol=1e-6)
    assert np.mean(projected_distances(X, Z, U)) == pytest.approx(0.267033, abs=1e-6)
    assert np.mean(projected_distances(X, Z, U, 2)) ** 0.5 == pytest.approx(0.340107, abs=1e-6)
    assert np.mean(projected_distances(X, Y, U)) == pytest.approx(0.389246, abs=1e-6)
    assert projected_distances(X, Y, U)[3] == pytest.approx(0.394000, abs=1e-6)
    assert projected_distances(X, Y, U, 2)[3] == pytest.approx(0.798311, abs=1e-6)


def test_many_directions_of_a_shift():
    """A shift by d: |u.d| each, on average c_n ||d||, and squared ||d||^2 / n."""
    shift = np.array([0.0, 3.0, 4.0])
    found = sliced_wasserstein(X, X + shift, projections=20000, seed=1)
    assert found == pytest.approx(5 * mean_absolute_coordinate(3), rel=0.02)
    squared = sliced_wasserstein(X, X + shift, projections=20000, p=2, seed=1)
    assert squared == pytest.approx(5 / 3**0.5, rel=0.02)


def test_the_seed_chooses_the_directions():
    assert sliced_wasserstein(X, Y, 4, seed=2) == sliced_wasserstein(X, Y, 4, seed=2)
    assert sliced_wasserstein(X, Y, 4, seed=2) != sliced_wasserstein(X, Y, 4, seed=3)
    assert sliced_wasserstein(X, X) == 0
    u = random_directions(5, 9, np.random.default_rng(0))
    np.testing.assert_allclose(np.linalg.norm(u, axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("dim, inverse", [(1, 1), (2, 1.570796), (3, 2), (10, 3.865632),
                                          (100, 12.501848), (2048, 56.711600)])
def test_the_constant(dim, inverse):
    assert 1 / mean_absolute_coordinate(dim) == pytest.approx(inverse, rel=1e-6)


def test_the_bound_of_small_samples():
    """N(0, 1) against N(1, 1), 8 samples: 1.0548 - 0.5562 on average."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=40000), rng.normal(1, 1, size=40000)
    found = lower_bound(x, y, samples=8, projections=1, repeats=1500)
    assert found.value == pytest.approx(0.4986, abs=0.04)
    assert 0.4 < found.spread < 0.6


def test_the_bound_is_tight_for_translations():
    x = np.random.default_rng(0).normal(size=(1000, 3))
    found = lower_bound(x, x[::-1] + [0, 3, 4], projections=1000, repeats=3)
    assert found.value == pytest.approx(5, rel=0.05)
    assert found.value <= 5.05


def test_the_bound_of_equal_distributions_is_clipped():
    x = np.random.default_rng(0).normal(size=(400, 3))
    values = [lower_bound(x, x, repeats=3, seed=seed).value for seed in range(12)]
    assert min(values) == 0 and max(values) < 0.1


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(UserError, match="widths"):
        sliced_wasserstein(X, X[:, :2])
    with pytest.raises(UserError, match="p of 1"):
        sliced_wasserstein(X, Y, p=0.5)
    with pytest.raises(UserError, match="not 3"):
        lower_bound(X, Y, samples=3)
    with pytest.raises(UserError, match="from 1 to 0"):
        lower_bound(X[:1], Y)

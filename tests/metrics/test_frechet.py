"""The Frechet distance against closed forms and SciPy's matrix root."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from framework.errors import UserError
from metrics.frechet import Moments, feature_moments, fid, symmetric_root

A12 = np.sin(1.0 + 0.37 * np.arange(48.0)).reshape(12, 4)
B12 = np.cos(0.5 + 0.53 * np.arange(48.0)).reshape(12, 4) + 0.25


def exact(mean, deviations):
    """Points whose mean and covariance are exactly those given: two on each axis, N = 2 D."""
    dim = len(mean)
    axes = np.diag(deviations) * np.sqrt((2 * dim - 1) / 2)
    return np.concatenate([axes, -axes]) + mean


def test_of_gaussians():
    """||m||^2 + sum (s - t)^2 for diagonal covariances: 1 + 4 + 1 + 4."""
    x, y = exact([0, 0], [1, 3]), exact([1, 2], [2, 1])
    np.testing.assert_allclose(feature_moments(x).covariance, np.diag([1, 9]), atol=1e-12)
    assert fid(x, y) == pytest.approx(10, abs=1e-9)


def test_of_turned_gaussians():
    """Covariances that do not commute, against SciPy's root of their product."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 5)) @ rng.normal(size=(5, 5)), rng.normal(size=(60, 5)) + 0.3
    c, d = np.cov(x.T), np.cov(y.T)
    apart = x.mean(0) - y.mean(0)
    expected = apart @ apart + np.trace(c + d) - 2 * np.trace(sqrtm(c @ d)).real
    assert fid(x, y) == pytest.approx(expected, rel=1e-9)
    assert fid(x, y) == pytest.approx(fid(y, x), rel=1e-9)


def test_of_flat_clouds():
    """Covariances of rank 2 in 4 dimensions (design document, section 7)."""
    assert fid(A12, B12) == pytest.approx(0.3917260, abs=1e-6)
    assert 0 <= fid(A12, A12) < 1e-12


def test_moments_of_parts_are_those_of_the_whole():
    rows = np.random.default_rng(1).normal(1e6, 1, (50, 3)).astype("float32")
    parts = Moments(3)
    for part in np.split(rows, [1, 1, 20, 47]):
        parts.update(part)
    np.testing.assert_allclose(parts.mean, rows.mean(0, dtype="float64"), rtol=1e-12)
    np.testing.assert_allclose(parts.covariance, np.cov(rows.T.astype("float64")), rtol=1e-6)
    assert parts.count == 50 and parts.covariance.dtype == "float64"
    assert fid(parts, rows) == pytest.approx(0, abs=1e-5)


def test_the_root():
    matrix = np.cov(np.random.default_rng(2).normal(size=(4, 9)))
    root = symmetric_root(matrix)
    np.testing.assert_allclose(root @ root, matrix, atol=1e-12)
    np.testing.assert_allclose(root, root.T, atol=1e-12)


def test_what_does_not_compare_is_refused():
    for x, y, why in ((A12, B12[:, :3], "widths"), (A12[:1], B12, "two samples"),
                      (np.full((3, 4), np.nan), B12, "finite")):
        with pytest.raises(UserError, match=why):
            fid(x, y)
    with pytest.raises(UserError, match="width"):
        Moments(3).update(A12)

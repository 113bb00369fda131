"""Likelihood by change of variables, and its units."""

import numpy as np
import pytest
from scipy import stats

from losses.flow import bits_per_dimension, dequantised, log_likelihood, log_normal, of_levels

RNG = np.random.default_rng(0)


def test_the_prior_is_a_standard_normal():
    z = RNG.normal(size=(5, 7)).astype("float32")
    np.testing.assert_allclose(log_normal(z), stats.norm.logpdf(z).sum(-1), rtol=1e-5)


def test_a_linear_flow_has_the_likelihood_of_its_gaussian():
    a, b = RNG.normal(size=(3, 3)) + 2 * np.eye(3), np.array([0.5, -1.0, 2.0])
    x = RNG.normal(size=(6, 3))
    z = np.linalg.solve(a, (x - b).T).T.astype("float32")           # x = a z + b
    determinant = np.full(6, -np.linalg.slogdet(a)[1], "float32")   # of dz/dx
    expected = stats.multivariate_normal.logpdf(x, b, a @ a.T)
    np.testing.assert_allclose(log_likelihood(z, determinant), expected, rtol=1e-5)


def test_levels_with_noise_fill_the_range():
    levels = np.arange(256, dtype=np.uint8)
    low, high = (np.asarray(dequantised(levels, noise)) for noise in (0.0, 0.5))
    assert low[0] == -1 and low[-1] == 1 - 2 / 256
    np.testing.assert_allclose(high - low, 1 / 256, rtol=1e-6)


def test_who_knows_nothing_pays_eight_bits():
    d = 12
    uniform = np.full(3, -d * np.log(2))            # the density 1/2 on [-1, 1) for each number
    np.testing.assert_allclose(bits_per_dimension(of_levels(uniform, d), d), 8, rtol=1e-12)
    assert bits_per_dimension(-d * np.log(2), d) == pytest.approx(1)

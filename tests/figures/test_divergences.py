"""Distances of densities against values known otherwise."""

import numpy as np
import pytest
from scipy.stats import entropy

from figures.divergences import (
    SHIFTS,
    divergence_curves,
    draw,
    jensen_shannon,
    kullback_leibler,
    normal_density,
    wasserstein,
)

VALUES = {0.5: 0.030311, 1: 0.111421, 2: 0.336831, 3: 0.526777, 4: 0.632720, 5: 0.675943,
          8: 0.693054, 10: 0.693146, 20: np.log(2)}


def test_jensen_shannon_check_values():
    found = dict(zip(SHIFTS, divergence_curves()["jensen_shannon"], strict=True))
    assert found[0] == pytest.approx(0, abs=1e-9)
    for shift, value in VALUES.items():
        assert found[shift] == pytest.approx(value, abs=2e-6)


def test_wasserstein_is_the_shift():
    np.testing.assert_allclose(divergence_curves()["wasserstein"], SHIFTS, atol=1e-6)


def test_discrete_distances():
    p, q = np.array([1.0, 3, 1]), np.array([2.0, 1, 2])
    assert wasserstein(p, q, 1.0) == 2
    p, q = p / 5, q / 5
    m = (p + q) / 2
    assert jensen_shannon(p, q, 1.0) == pytest.approx((entropy(p, m) + entropy(q, m)) / 2)
    assert kullback_leibler(np.array([0, 1.0]), np.array([0.5, 0.5]), 1.0) == pytest.approx(
        np.log(2))


def test_kullback_leibler_of_gaussians():
    x, step = np.linspace(-12, 12, 4001, retstep=True)
    exact = np.log(2 / 0.7) + (0.7**2 + 1.5**2) / (2 * 2**2) - 0.5
    p, q = normal_density(x, 1.5, 0.7), normal_density(x, 0, 2)
    assert kullback_leibler(p, q, step) == pytest.approx(exact)


def test_picture():
    figure = draw()
    assert figure.picture.ndim == 3 and figure.picture.dtype == np.uint8
    assert figure.picture.std() > 10

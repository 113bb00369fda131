"""The two fits: one by moments, the other on a mode."""

import numpy as np
import pytest

from figures.kl import MODES, SD, STEP, X, best_gaussian, data_density, draw, fit_both_orders


def test_the_data_are_a_density_with_two_modes():
    assert np.sum(data_density()) * STEP == pytest.approx(1, abs=1e-6)
    assert data_density()[np.abs(X - MODES[0]).argmin()] > 10 * data_density()[np.abs(X).argmin()]


def test_one_order_matches_moments_and_the_other_picks_a_mode():
    (mean, sd), (one_mode, one_sd) = fit_both_orders().values()
    assert mean == pytest.approx(0, abs=1e-3)
    assert sd == pytest.approx(np.sqrt(SD**2 + 2**2), rel=1e-3)
    assert min(abs(one_mode - m) for m in MODES) < 0.05
    assert one_sd == pytest.approx(SD, rel=0.05)


def test_nested_grids_find_a_minimum():
    def cost(q):
        mean = np.sum(q * X, -1) * STEP
        return (mean - 1.25) ** 2 + (np.sum(q * X**2, -1) * STEP - mean**2 - 0.49) ** 2
    assert best_gaussian(cost) == pytest.approx((1.25, 0.7), abs=2e-3)


def test_columns():
    columns = draw().columns
    assert list(columns) == ["x", "data", "KL(data || model)", "KL(model || data)"]
    for name in list(columns)[1:]:
        assert np.sum(columns[name]) * STEP == pytest.approx(1, abs=1e-3)

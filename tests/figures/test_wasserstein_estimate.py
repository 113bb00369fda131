"""The discriminator's loss on the ring, for a few iterations."""

import numpy as np
import pytest

from config.resolve import resolve
from figures.wasserstein_estimate import CASES, draw, moving_mean


def test_one_case_is_as_printed_and_the_other_as_the_figure_of_the_modes():
    losses = [resolve(["--preset", *case]).loss for case in CASES.values()]
    assert [loss.penalty_weight for loss in losses] == [10, 0.1]
    assert {loss.loss for loss in losses} == {"wgan"}


@pytest.mark.slow
def test_columns():
    columns = draw(iterations=3).columns
    assert list(columns) == ["part", "iteration", "estimate", "penalty"]
    assert list(columns["part"][::3]) == list(CASES)
    np.testing.assert_array_equal(columns["iteration"], [1, 2, 3, 1, 2, 3])
    assert np.isfinite(columns["estimate"]).all() and (columns["penalty"] > 0).all()
    assert np.ptp(columns["estimate"]) > 0


def test_a_moving_mean():
    np.testing.assert_allclose(moving_mean(np.array([1.0, 3.0, 5.0, 10.0]), 2), [1, 2, 4, 7.5])

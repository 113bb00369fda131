"""The three settings of the ring, for a few iterations."""

import numpy as np
import pytest

from config.resolve import resolve
from figures.modes import CASES, draw, history


def test_settings():
    configs = {name: resolve(["--preset", *case]) for name, case in CASES.items()}
    assert [c.training.discriminator_steps for c in configs.values()] == [1, 5, 5]
    assert [c.loss.loss for c in configs.values()] == ["nonsaturating", "nonsaturating", "wgan"]
    gp = configs["WGAN-GP"]
    assert (gp.loss.penalty_weight, gp.training.lr_g) == (0.1, 2e-4)


def test_history_is_noted_at_even_times_and_moves():
    columns, samples = history(*CASES["k = 1"], iterations=50)
    np.testing.assert_array_equal(columns["iteration"], [0, 10, 20, 30, 40, 50])
    assert len(samples) == 6 and samples[0].shape == (2500, 2)
    assert np.abs(samples[-1] - samples[0]).max() > 0.01


def test_figure():
    columns = draw(iterations=5).columns
    assert list(columns) == ["part", "iteration", "modes", "quality"]
    assert list(columns["part"][::6]) == list(CASES)


@pytest.mark.slow
def test_the_gradient_penalty_keeps_the_modes():
    columns, _ = history(*CASES["WGAN-GP"], iterations=3000)
    assert columns["modes"][-1] >= 9 and columns["quality"][-1] > 0.5

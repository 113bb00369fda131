"""The symmetric distance, how its critic turns round, and what the regulariser does to it."""

import numpy as np
import pytest

from figures.symmetry import CASES, Distance, draw, inverted_share, means

REAL, FAKE = np.array([[1.0], [3.0]], "float32"), np.array([[2.0], [5.0]], "float32")


@pytest.mark.parametrize("loss, distance, critics", [
    (Distance(0), -1.5, 1.5), (Distance(1), 1.5, -1.5), (Distance(2), 2.25, -2.25),
    (Distance(1, 16.0), 1.5, -1.5 + 16 * 2.25)])
def test_distances_by_hand(loss, distance, critics):
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(distance)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(critics)


def test_the_second_half_is_counted():
    gap = np.array([-1, -1, -1, -1, 1, 2, -1, 2])
    assert inverted_share({"real": gap, "fake": np.zeros(8)}) == 0.25
    assert inverted_share({"real": np.ones(8), "fake": np.zeros(8)}) == 0


def test_the_regulariser_keeps_the_critic_from_turning_round():
    free = inverted_share(means(CASES["absolute"], 600))
    held = inverted_share(means(CASES["absolute, with regulariser"], 600))
    assert free > 0.25 and held < 0.12


def test_figure():
    columns = draw(iterations=3).columns
    assert list(columns) == ["part", "iteration", "real", "fake"]
    assert len(columns["part"]) == 4 * 4

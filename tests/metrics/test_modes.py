"""Modes of toy sets, counted batch by batch."""

import numpy as np
import pytest

from data.toys import toy_centers, toy_points, toy_sd
from metrics.modes import GeneratedModes, Modes


@pytest.mark.parametrize("size", [100, 5100])
@pytest.mark.parametrize("name, modes", [("ring", 10), ("grid25", 25)])
def test_the_data_have_all_their_modes(name, modes, size):
    found, points = Modes(name), toy_points(name)[0]
    for i in range(0, len(points), size):
        found.take(points[i:i + size])
    assert found.modes == modes and found.quality > 0.99


def test_a_mode_needs_one_percent_and_a_point_four_deviations():
    centers, sd = toy_centers("ring"), toy_sd("ring")
    points = np.concatenate([np.repeat(centers[:1], 98, 0), centers[1:2],
                             centers[2:3] * (1 + 4.1 * sd)])
    found = Modes("ring").take(points)
    assert found.modes == 2 and found.quality == pytest.approx(0.99)
    assert found.take(centers[:1]).modes == 1
    assert Modes("ring").take(centers[2:3] * (1 + 3.9 * sd)).quality == 1


def test_rows_of_a_generator():
    measure = GeneratedModes({"a": "ring"})
    measure.add({"generated a": toy_centers("ring"), "real a": np.zeros((3, 2))})
    assert [(r.metric, r.value, r.count) for r in measure.results()] == [
        ("modes of 10", 10.0, 10), ("points near a mode", 1.0, 10)]

"""Rejection rates beside closed forms, and the law."""

import numpy as np
import pytest

from figures import uniformity
from figures.uniformity import by_kl, by_l1, by_l2, needed


def test_missing_a_thing_is_a_power():
    columns = by_kl(64)
    wanted = (63 / 64) ** columns["samples"]
    assert np.abs(columns["uniform_rejected"] - wanted).max() < 4 * 0.5 / np.sqrt(400)
    assert (columns["far_rejected"] == 1).all()


def test_four_times_the_things_take_twice_the_samples():
    few, many = (needed(by_l1(n, 0.3)) for n in (256, 4096))
    assert 2.5 < many / few < 6.5                       # the law says 4
    assert 2 < needed(by_l1(1024, 0.15)) / needed(by_l1(1024, 0.3)) < 7.5       # and 4


def test_by_l2_the_number_does_not_grow():
    few, many = (needed(by_l2(n)) for n in (256, 4096))
    assert 0.4 < many / few < 2.5


@pytest.mark.parametrize("uniform, far, wanted", [
    ([0.4, 0.2, 0.1], [0.6, 0.8, 0.9], 10 * 10 ** (1 / 3)),
    ([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], 10), ([0.4] * 3, [1.0] * 3, np.nan)])
def test_needed_is_read_between_the_counts(uniform, far, wanted):
    columns = {"samples": np.array([10, 100, 1000]), "uniform_rejected": np.array(uniform),
               "far_rejected": np.array(far)}
    assert needed(columns) == pytest.approx(wanted, nan_ok=True)


def test_figure(monkeypatch):
    for name, value in {"THINGS": (16, 64), "KL_THINGS": (16,), "REPEATS": 20}.items():
        monkeypatch.setattr(uniformity, name, value)
    figure = uniformity.draw()
    assert list(figure.columns) == ["part", "things", "samples", "scaled", "uniform_rejected",
                                    "far_rejected", "repeats", "seed"]
    assert list(dict.fromkeys(figure.columns["part"])) == [
        "L1, 0.15 far", "L1, 0.3 far", "L2, 0.15 far", "KL"]

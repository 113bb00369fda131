"""Sums over batches equal sums over everything."""

import numpy as np
import pytest

from metrics.running import Extremes, Mean

VALUES = np.random.default_rng(0).normal(5, 2, (23, 3))


@pytest.mark.parametrize("size", [1, 7, 23])
def test_mean_and_error_do_not_depend_on_the_batches(size):
    mean = Mean()
    for i in range(0, 23, size):
        mean.add(VALUES[i:i + size])
    assert mean.count == 23
    np.testing.assert_allclose(mean.value, VALUES.mean(0))
    np.testing.assert_allclose(mean.error, VALUES.std(0, ddof=1) / np.sqrt(23))


def test_one_value_has_no_error():
    mean = Mean()
    mean.add([3.0])
    assert mean.value == 3 and np.isnan(mean.error)


@pytest.mark.parametrize("size", [1, 4, 23])
def test_extremes_are_those_of_the_sorted_scores(size):
    extremes, scores = Extremes(3), VALUES[:, 0]
    for i in range(0, 23, size):
        extremes.add(scores[i:i + size], lambda k, at=i: at + k)
    order = np.argsort(scores)
    assert [item for _, item in extremes.lowest] == order[:3].tolist()
    assert [item for _, item in extremes.highest] == order[::-1][:3].tolist()
    assert [score for score, _ in extremes.lowest] == scores[order[:3]].tolist()


def test_fewer_than_are_kept():
    extremes = Extremes(8)
    extremes.add([2.0, 1.0], lambda i: "ab"[i])
    assert extremes.lowest == [(1.0, "b"), (2.0, "a")] == extremes.highest[::-1]

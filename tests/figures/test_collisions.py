"""Collisions beside a double loop and what one expects of them."""

import numpy as np
import pytest

from figures.collisions import (
    collision_rate,
    collisions,
    far_by_l1,
    far_by_l2,
    l1_rejects,
    l2_rejects,
    misses_last,
    uniform_samples,
)

N, SHAPE = 20, (4000, 30)


def shares(samples):
    return np.bincount(samples.ravel(), minlength=N) / samples.size


def test_collisions_are_those_of_a_double_loop():
    samples = np.random.default_rng(0).integers(7, size=(5, 12))
    wanted = [sum(row[i] == row[j] for i in range(12) for j in range(i + 1, 12))
              for row in samples]
    np.testing.assert_array_equal(collisions(samples, 7), wanted)
    np.testing.assert_allclose(collision_rate(samples, 7), np.array(wanted) / 66)
    assert collision_rate(samples[:, :1], 7).tolist() == [0] * 5


@pytest.mark.parametrize("draw, p", [
    (lambda rng: uniform_samples(N, SHAPE, rng), np.full(N, 1 / N)),
    (lambda rng: far_by_l1(N, 0.2, SHAPE, rng), np.tile([1.4 / N, 0.6 / N], N // 2)),
    (lambda rng: far_by_l2(N, 0.3, SHAPE, rng), np.r_[
        0.3 / np.sqrt(0.95), np.zeros(N - 1)] + (1 - 0.3 / np.sqrt(0.95)) / N)])
def test_samples_and_their_expected_collisions(draw, p):
    samples = draw(np.random.default_rng(1))
    np.testing.assert_allclose(shares(samples), p, atol=4.5 * np.sqrt(p.max() / samples.size))
    found = collision_rate(samples, N)
    assert abs(found.mean() - np.sum(p**2)) < 4.5 * found.std() / np.sqrt(len(found))


def test_the_distances_are_what_the_names_say():
    rng = np.random.default_rng(2)
    by_l1, by_l2 = (shares(draw(N, 0.25, (4000, 100), rng)) for draw in (far_by_l1, far_by_l2))
    assert 0.5 * np.abs(by_l1 - 1 / N).sum() == pytest.approx(0.25, abs=0.005)
    assert np.sum((by_l2 - 1 / N) ** 2) == pytest.approx(0.25**2, rel=0.03)


def test_thresholds_lie_between_both_rates():
    samples = np.zeros((1, 3), int), np.array([[0, 1, 2]])
    assert [bool(l1_rejects(each, 3, 0.5)[0]) for each in samples] == [True, False]
    assert [bool(l2_rejects(each, 3, 0.5)[0]) for each in samples] == [True, False]
    assert misses_last(np.array([[0, 1], [2, 0]]), 3).tolist() == [True, False]
    pairs = np.array([[0, 0, 1]])                       # a third of the pairs collide
    assert l1_rejects(pairs, 4, 0.4)[0] and not l1_rejects(pairs, 4, 0.41)[0]    # (1 + 2e2) / 4
    assert l2_rejects(pairs, 4, 0.4)[0] and not l2_rejects(pairs, 4, 0.41)[0]    # 1/4 + e2 / 2

"""Retrieval and the permutation test against numbers by hand, double loops and closed forms."""

from itertools import permutations

import numpy as np
import pytest

from framework.errors import UserError
from metrics.pairing import centred_rows, dependence, median_kernel, ranks, retrieval


def test_centred_rows_by_hand():
    rows = centred_rows(np.array([[1.0, 0], [3, 0], [2, 3]]))
    below = np.array([[-1, -1], [1, -1], [0, 2]]) / np.sqrt([[2], [2], [4]])
    np.testing.assert_allclose(rows, below, atol=1e-12)


def test_rows_that_tell_nothing_are_zero():
    assert (centred_rows(np.full((5, 3), 0.1)) == 0).all()
    assert (centred_rows(np.zeros((5, 3))) == 0).all()
    with pytest.raises(UserError, match="not finite"):
        centred_rows(np.array([[1.0], [np.nan]]))


def test_ranks_by_hand():
    scores = np.array([[0.9, 0.1, 0.3], [0.8, 0.5, 0.2], [0.4, 0.4, 0.4]])
    places, hits = ranks(scores)
    assert places.tolist() == [1, 2, 2] and hits.tolist() == [1, 0, pytest.approx(1 / 3)]


def test_retrieval_by_hand():
    """The first three rows are found at 1, 0 and 1/3, the next three at once; one is left over."""
    scores = np.array([[0.9, 0.1, 0.3], [0.8, 0.5, 0.2], [0.4, 0.4, 0.4]])
    x = np.eye(3)[[0, 1, 2, 0, 1, 2, 0]]
    found = retrieval(x, np.concatenate([scores.T, np.eye(3), np.zeros((1, 3))]), group=3)
    hits = [1, 0, 1 / 3, 1, 1, 1]
    assert found.first == pytest.approx(np.mean(hits)) and found.median_rank == 1
    assert found.error == pytest.approx(np.std(hits, ddof=1) / np.sqrt(6))
    assert (found.among, found.count, found.chance) == (3, 6, 1 / 3)


def test_partners_that_are_equal_are_all_found():
    rows = centred_rows(np.random.default_rng(0).normal(size=(64, 5)))
    found = retrieval(rows, rows, group=32)
    assert (found.first, found.error, found.median_rank, found.count) == (1, 0, 1, 64)
    assert retrieval(rows, np.roll(rows, 1, 0), group=32).first == 0


def test_fewer_rows_than_a_group_are_one_group():
    rows = np.eye(7)
    found = retrieval(rows, rows, group=256)
    assert (found.among, found.count, found.first) == (7, 7, 1)


@pytest.mark.parametrize("x", [np.zeros((64, 3)), np.ones((64, 3))])
def test_equal_images_are_exactly_at_chance(x):
    y = centred_rows(np.random.default_rng(1).normal(size=(64, 3)))
    for found in (retrieval(x, x, 16), retrieval(y, x, 16)):
        assert found.first == pytest.approx(1 / 16) and found.median_rank == 8.5


def test_independent_rows_are_at_chance():
    rng = np.random.default_rng(2)
    found = retrieval(*(centred_rows(rng.normal(size=(2048, 8))) for _ in "xy"), group=32)
    assert abs(found.first - 1 / 32) < 3 * np.sqrt(1 / 32 / 2048)
    assert abs(found.median_rank - 16.5) < 1.5
    assert found.error == pytest.approx(np.sqrt(found.first * (1 - found.first) / 2048), rel=0.01)


def test_the_kernel_is_as_wide_as_the_median_distance():
    x = np.array([[0.0], [1], [3]])                       # distances 1, 2, 3; squares 1, 4, 9
    assert median_kernel(x)[0] == pytest.approx([1, np.exp(-1 / 8), np.exp(-9 / 8)])
    assert (median_kernel(np.ones((4, 2))) == 1).all()


def by_loops(x, y):
    """HSIC as sums over indices (Gretton et al. 2005), without a centring matrix."""
    k, other, n = median_kernel(x), median_kernel(y), len(x)
    within = sum(k[i, j] * other[i, j] for i in range(n) for j in range(n))
    apart = sum(k[i, j] for i in range(n) for j in range(n)) * sum(
        other[i, j] for i in range(n) for j in range(n))
    mixed = sum(k[i, j] * other[i, q] for i in range(n) for j in range(n) for q in range(n))
    return (within + apart / n**2 - 2 * mixed / n) / (n - 1) ** 2


def test_hsic_by_loops():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(9, 2))
    for y in (rng.normal(size=(9, 3)), x**2):
        assert dependence(x, y, shuffles=2).hsic == pytest.approx(by_loops(x, y), abs=1e-12)


def test_p_is_the_share_of_all_orders_that_reach_it():
    x, y = np.array([[0.0], [1], [2.5], [4]]), np.array([[0.0], [1.5], [2], [4]])
    every = np.array([by_loops(x, y[list(order)]) for order in permutations(range(4))])
    reach = np.mean(every >= every[0] - 1e-12)
    found = dependence(x, y, seed=1, shuffles=2000)
    assert 0.04 < reach < 0.5
    assert abs(found.p - reach) < 4 * np.sqrt(reach * (1 - reach) / 2000)
    assert found.z == pytest.approx((every[0] - every.mean()) / every.std(), abs=0.1)


def test_equal_features_have_the_least_p():
    x = np.random.default_rng(4).normal(size=(40, 3))
    found = dependence(x, x, shuffles=199)
    assert found.p == 1 / 200 and found.z > 10 and found.count == 40


def test_what_cosines_do_not_see_is_dependence():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(96, 2))
    y = np.stack([np.abs(x[:, 0]), rng.normal(size=96)], 1)
    assert dependence(x, y, shuffles=199).p == 1 / 200


def test_p_of_independent_features_is_even():
    rng = np.random.default_rng(6)
    found = [dependence(rng.normal(size=(20, 2)), rng.normal(size=(20, 2)), seed, shuffles=99)
             for seed in range(60)]
    p, z = np.array([f.p for f in found]), np.array([f.z for f in found])
    assert 0.4 < p.mean() < 0.6 and 0 <= np.mean(p <= 0.1) < 0.22 and np.mean(p > 0.9) > 0.01
    assert abs(z.mean()) < 0.45 and 0.7 < z.std() < 1.4


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_constant_features_prove_nothing(value):
    x, y = np.full((30, 4), value), np.random.default_rng(7).normal(size=(30, 4))
    for found in (dependence(x, x, shuffles=50), dependence(x, y, shuffles=50)):
        assert (found.p, found.z) == (1, 0) and found.hsic == pytest.approx(0, abs=1e-12)


def test_the_same_seed_gives_the_same_p():
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(2, 24, 2))
    assert dependence(x, y, 1, 60) == dependence(x, y, 1, 60)
    assert dependence(x, y, 1, 60).z != dependence(x, y, 2, 60).z

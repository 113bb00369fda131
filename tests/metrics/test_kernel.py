"""KID against double loops."""

import numpy as np
import pytest

from framework.errors import UserError
from metrics import kernel
from metrics.kernel import kid, split_into_blocks, unbiased_kid

A12 = np.sin(1.0 + 0.37 * np.arange(48.0)).reshape(12, 4)
B12 = np.cos(0.5 + 0.53 * np.arange(48.0)).reshape(12, 4) + 0.25


def by_loops(x, y):
    def k(a, b):
        return (a @ b / len(a) + 1) ** 3
    within = [sum(k(a, b) for i, a in enumerate(s) for j, b in enumerate(s) if i != j)
              / (len(s) * (len(s) - 1)) for s in (x, y)]
    return sum(within) - 2 * sum(k(a, b) for a in x for b in y) / (len(x) * len(y))


def test_all_samples_at_once():
    assert unbiased_kid(A12, B12) == pytest.approx(by_loops(A12, B12), abs=1e-12)
    assert unbiased_kid(A12, B12) == pytest.approx(-0.0705383484, abs=1e-9)
    assert unbiased_kid(A12[:5], B12) == pytest.approx(by_loops(A12[:5], B12), abs=1e-12)


def test_tiles_make_no_difference(monkeypatch):
    whole = unbiased_kid(A12, B12[:7])
    monkeypatch.setattr(kernel, "TILE_ROWS", 5)
    assert unbiased_kid(A12, B12[:7]) == pytest.approx(whole, abs=1e-12)


def test_blocks():
    """Three blocks of four in the order given (design document, section 7)."""
    blocks = [by_loops(A12[i:i + 4], B12[i:i + 4]) for i in (0, 4, 8)]
    np.testing.assert_allclose(blocks, [-0.9414222, -1.3000850, -0.6075000], atol=1e-7)
    found = kid(A12, B12, block=4, seed=None)
    assert found.value == pytest.approx(-0.9496691, abs=1e-7)
    assert found.standard_error == pytest.approx(0.1999746, abs=1e-7)


def test_one_block_is_all_samples_and_has_no_error():
    found = kid(A12, B12)
    assert found.value == pytest.approx(unbiased_kid(A12, B12), abs=1e-12)
    assert np.isnan(found.standard_error)


def test_the_order_follows_from_the_seed():
    assert kid(A12, B12, 4, seed=3) == kid(A12, B12, 4, seed=3)
    assert kid(A12, B12, 4, seed=3).value != kid(A12, B12, 4, seed=4).value


def test_dealing():
    sizes = [len(part) for part in split_into_blocks(np.arange(11), 3)]
    assert sizes == [3, 4, 4]
    blocks = split_into_blocks(np.arange(11), 3)
    np.testing.assert_array_equal(np.concatenate(blocks), np.arange(11))
    assert [len(part) for part in split_into_blocks(np.arange(12), 3)] == [4, 4, 4]


def test_a_small_side_keeps_two_in_each_block():
    x = np.random.default_rng(0).normal(size=(50, 4))
    assert np.isfinite(kid(x, A12[:5], block=4).standard_error)


def test_its_mean_over_equal_distributions_is_zero():
    rng = np.random.default_rng(1)
    found = kid(rng.normal(size=(600, 3)), rng.normal(size=(600, 3)), block=20)
    assert abs(found.value) < 4 * found.standard_error
    shifted = kid(rng.normal(size=(600, 3)), rng.normal(size=(600, 3)) + 1, block=20)
    assert shifted.value > 4 * shifted.standard_error


def test_precision():
    """Float64 throughout: a thousandth of a thousandth shows beside large features."""
    x = 1000 + np.random.default_rng(2).normal(size=(6, 3))
    assert unbiased_kid(x, x + 1e-3) == pytest.approx(by_loops(x, x + 1e-3), rel=1e-4)


def test_what_does_not_compare_is_refused():
    for x, y, why in ((A12, B12[:, :3], "widths"), (A12[:1], B12, "two samples"),
                      (A12[:0], B12, "no samples")):
        with pytest.raises(UserError, match=why):
            kid(x, y)
    with pytest.raises(UserError, match="two samples or more, not 1"):
        kid(A12, B12, block=1)

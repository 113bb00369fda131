"""The columns of what fewer patches lose."""

import numpy as np

from figures.swap_patches import SHARES, by_chance, losses
from figures.swap_times import sides_of
from nets.patches import representatives
from nets.swap import style_swap


def test_losses_end_at_none():
    rng = np.random.default_rng(0)
    content, style = (rng.normal(size=(1, 10, 10, 5)).astype("float32") for _ in range(2))
    exact = np.asarray(style_swap(content, style))
    for choose in (representatives, by_chance):
        columns = losses(content, style, choose, exact)
        assert columns["patches"][-1] == 64 and len(columns["patches"]) == len(SHARES)
        assert columns["patches"][0] == 1
        assert columns["change"][-1] == 0 < columns["change"][0]
        assert columns["cosine"][-1] == columns["best_cosine"][-1]
        assert (columns["cosine"][:-1] < columns["best_cosine"][:-1]).all()
    np.testing.assert_array_equal(by_chance(style, 3, 1, 64), np.arange(64))
    assert len(set(by_chance(style, 3, 2, 5))) == 5 and by_chance(style, 3, 2, 5).max() < 16


def test_sides_are_multiples():
    assert sides_of(500, 4) == [248, 500, 752, 1000]
    assert sides_of(32, 4) == [16, 32, 48, 64]

"""The picture of the most and least alike pairs."""

import numpy as np

from metrics.extremes import SCORE_STRIP_PIXELS, picture


def pair(a, b):
    return np.full((32, 32, 3), a), np.full((32, 32, 3), b)


def test_pairs_stand_above_each_other_under_their_scores():
    drawn = picture([(0.1, pair(-1, 1)), (0.2, pair(0, 0))],
                    [(0.9, pair(1, -1)), (0.8, pair(1, 1))])
    half = SCORE_STRIP_PIXELS + 2 * 64 + 4
    assert drawn.shape == (2 * half + 4, 128, 3) and drawn.dtype == np.uint8
    lowest, highest = drawn[:half], drawn[half + 4:]
    images = slice(SCORE_STRIP_PIXELS, SCORE_STRIP_PIXELS + 64)
    assert (lowest[images, :64] == 0).all() and (lowest[-64:, :64] == 255).all()
    assert (highest[images] == 255).all() and (highest[-64:, :64] == 0).all()
    for strip in (lowest[:SCORE_STRIP_PIXELS], highest[:SCORE_STRIP_PIXELS]):
        for column in (strip[:, :64], strip[:, 64:]):
            assert column.min() < 100 and (column == 255).mean() > 0.5
    assert (lowest[:SCORE_STRIP_PIXELS, :64] != lowest[:SCORE_STRIP_PIXELS, 64:]).any()

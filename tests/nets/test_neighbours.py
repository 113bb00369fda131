"""The nearest by the cosine against a double loop in numpy, whatever the tiles; and nearly so."""

import numpy as np
import pytest

from framework.errors import UserError
from nets import neighbours, projected
from nets.neighbours import nearest, nearly_nearest, tile_bytes, tile_rows

RANDOM = np.random.default_rng(0)
CONTENT, STYLE = (RANDOM.gamma(1.0, size=(count, 5)).astype("float32") for count in (11, 8))


def by_loops(content, style):
    content, style = content - content.mean(0), style - style.mean(0)
    found = []
    for a in content:
        cosines = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in style]
        found.append(int(np.argmax(cosines)))
    return found


@pytest.mark.parametrize("limit", [None, tile_bytes(1, 5), tile_bytes(4, 5)])
def test_against_a_double_loop(limit):
    assert tile_rows(5, limit) == {None: tile_rows(5), tile_bytes(1, 5): 1,
                                   tile_bytes(4, 5): 4}[limit]
    found = nearest(CONTENT, STYLE, limit).numpy()
    assert found.dtype == np.int32 and found.tolist() == by_loops(CONTENT, STYLE)
    assert len(set(found.tolist())) > 3
    plain = np.argmax(CONTENT @ (STYLE / np.linalg.norm(STYLE, axis=1, keepdims=True)).T, 1)
    assert (plain != found).any()                           # the means do matter


def test_of_equal_rows_the_first_is_taken_and_a_flat_set_has_one():
    twice = np.concatenate([STYLE, STYLE])
    np.testing.assert_array_equal(nearest(CONTENT, twice, tile_bytes(3, 5)),
                                  by_loops(CONTENT, STYLE))
    assert nearest(CONTENT, np.ones((4, 5), "float32")).numpy().tolist() == [0] * len(CONTENT)


def test_a_limit_that_holds_no_row():
    with pytest.raises(UserError, match="features of 5 channels"):
        nearest(CONTENT, STYLE, tile_bytes(1, 5) - 1)


def test_nearly_nearest_by_projections(monkeypatch):
    """Of 40 numbers, 30 directions are compared of all pairs: most of the rows are the nearest."""
    monkeypatch.setattr(neighbours, "LEAST_PAIRS", 0)
    monkeypatch.setattr(neighbours, "MANY", 36)
    monkeypatch.setattr(projected, "FEW", 30)
    random = np.random.default_rng(1)
    content, style = (random.gamma(1.0, size=(count, 40)).astype("float32") for count in (90, 170))
    exact, near = nearest(content, style).numpy(), nearly_nearest(content, style).numpy()
    assert near.dtype == np.int32 and 0.7 < (near == exact).mean() < 1
    content, style = (rows - rows.mean(0) for rows in (content, style))
    style /= np.linalg.norm(style, axis=1, keepdims=True)
    lost = (content * (style[exact] - style[near])).sum(1) / np.linalg.norm(content, axis=1)
    assert (lost > -1e-5).all() and lost[near != exact].max() < 0.1


def test_few_pairs_and_few_channels_are_compared_exactly():
    np.testing.assert_array_equal(nearly_nearest(CONTENT, STYLE), nearest(CONTENT, STYLE))

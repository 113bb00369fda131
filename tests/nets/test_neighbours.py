"""The nearest by the cosine against a double loop in numpy, whatever the tiles."""

import numpy as np
import pytest

from framework.errors import UserError
from nets.neighbours import nearest, tile_bytes, tile_rows

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

"""When a sample grid is due."""

import pytest

from trainers.keeper import is_drawn


@pytest.mark.parametrize("every, early, drawn", [
    (500, True, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
    (500, False, [500, 1000]),
    (300, True, [1, 2, 5, 10, 20, 50, 100, 200, 300, 600, 900]),
    (2, True, [1, 2, 4, 6]),
    (1, True, [1, 2, 3])])
def test_grids_are_closer_in_the_beginning(every, early, drawn):
    assert [done for done in range(1, drawn[-1] + 1) if is_drawn(done, every, early)] == drawn

"""What comes in as features."""

import numpy as np
import pytest

from framework.errors import UserError
from metrics.rows import as_rows, same_width


def test_images_and_numbers_become_rows():
    assert as_rows(np.zeros((2, 3, 4), "float32")).shape == (2, 12)
    assert as_rows([1, 2, 3]).shape == (3, 1)
    assert as_rows([1, 2, 3]).dtype == "float64"
    assert as_rows(np.zeros((0, 5))).shape == (0, 5)


def test_what_does_not_compare_is_refused():
    with pytest.raises(UserError, match="not finite"):
        as_rows([1, np.inf])
    with pytest.raises(UserError, match="widths 2 and 3"):
        same_width(np.zeros((1, 2)), np.zeros((1, 3)))
    with pytest.raises(UserError, match="no samples"):
        same_width(np.zeros((0, 2)), np.zeros((1, 2)))
    assert [len(rows) for rows in same_width(np.zeros((4, 2)), np.zeros((1, 2)))] == [4, 1]

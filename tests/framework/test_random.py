"""Draws that no other test reads closely."""

import numpy as np

from framework.random import Random


def test_signs_are_fair_and_nothing_else():
    signs = np.array(Random(3, 1).signs([200, 50]))
    assert set(np.unique(signs)) == {-1.0, 1.0} and signs.dtype == np.float32
    assert abs(signs.mean()) < 0.03
    np.testing.assert_array_equal(signs, Random(3, 1).signs([200, 50]))
    assert np.abs(signs - Random(3, 2).signs([200, 50])).max() == 2

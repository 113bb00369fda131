"""Draws that no other test reads closely."""

import numpy as np
import tensorflow as tf

from framework.latents import DISTRIBUTIONS
from framework.random import Random


def test_signs_are_fair_and_nothing_else():
    signs = np.array(Random(3, 1).signs([200, 50]))
    assert set(np.unique(signs)) == {-1.0, 1.0} and signs.dtype == np.float32
    assert abs(signs.mean()) < 0.03
    np.testing.assert_array_equal(signs, Random(3, 1).signs([200, 50]))
    assert np.abs(signs - Random(3, 2).signs([200, 50])).max() == 2


def test_random_numbers_follow_from_seed_and_iteration():
    def draw(seed, iteration):
        return np.array(Random(seed, iteration).normal([1000]))
    np.testing.assert_array_equal(draw(1, 2), draw(1, tf.constant(2, tf.int64)))
    for other in (draw(1, 3), draw(2, 2)):
        assert abs(np.corrcoef(draw(1, 2), other)[0, 1]) < 0.15
    twice = Random(1, 2)
    assert abs(np.corrcoef(twice.normal([1000]), twice.normal([1000]))[0, 1]) < 0.15
    z = np.array(DISTRIBUTIONS["uniform"](Random(0, 0), [20000]))
    assert -1 <= z.min() < -0.99 and 0.99 < z.max() < 1 and abs(z.mean()) < 0.02

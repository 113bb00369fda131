"""The average against its formula, weight by weight."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers.moving_average import MovingAverage


def net():
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2),
                             keras.layers.BatchNormalization()])


def test_it_starts_as_a_copy():
    trained, model = net(), net()
    MovingAverage(trained, model, 0.9)
    for v, w in zip(trained.variables, model.variables, strict=True):
        np.testing.assert_array_equal(v, w)


@pytest.mark.parametrize("iteration, kept", [(0, 0.1), (8, 0.5), (1000, 0.9)])
def test_weights_move_by_the_rising_rate_and_statistics_are_copied(iteration, kept):
    """The share that is kept is (1 + t) / (10 + t), 0.9 at most."""
    trained, model = net(), net()
    average = MovingAverage(trained, model, 0.9)
    before = [np.array(v) for v in model.variables]
    for v in trained.variables:
        v.assign(v + 1)
    average.update(tf.constant(iteration, tf.int64))
    learned = {id(v) for v in trained.trainable_variables}
    for old, v, mean in zip(before, trained.variables, model.variables, strict=True):
        share = kept if id(v) in learned else 0.0
        np.testing.assert_allclose(mean, share * old + (1 - share) * np.array(v), rtol=1e-5,
                                   atol=1e-6)

"""Adam in one pass against the formulas of the paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from trainers.optimizers import Adam

LR, BETA_1, BETA_2, EPSILON = 0.01, 0.3, 0.9, 1e-7


def by_hand(start, gradients):
    """Kingma and Ba (2015), algorithm 1 in the order of section 2's last remark, in float64."""
    weight, m, v = start.astype("float64"), 0.0, 0.0
    for t, g in enumerate(gradients.astype("float64"), 1):
        m = BETA_1 * m + (1 - BETA_1) * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        rate = LR * np.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        weight = weight - rate * m / (np.sqrt(v) + EPSILON)
    return weight, m, v


@pytest.mark.parametrize("compiled", [False, True])
def test_adam(compiled):
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=50), random.normal(size=(4, 50))
    gradients[2] = 0
    variable, other = keras.Variable(start, dtype="float32"), keras.Variable(np.ones(3, "float32"))
    optimizer = Adam(LR, BETA_1, BETA_2)
    optimizer.build([other, variable])

    def step(gradient):
        optimizer.apply([tf.zeros(3), gradient], [other, variable])
    step = tf.function(step) if compiled else step
    for gradient in gradients:
        step(tf.constant(gradient, tf.float32))
    weight, m, v = by_hand(start, gradients)
    moments = [np.array(x) for x in optimizer.variables if x.shape == (50,)]
    for found, wanted in zip([variable, *moments], (weight, m, v), strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-6)
    np.testing.assert_array_equal(other, np.ones(3))
    assert int(optimizer.iterations) == 4

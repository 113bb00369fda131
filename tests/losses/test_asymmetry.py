"""The asymmetric regulariser against hand-worked numbers."""

import numpy as np
import pytest
import tensorflow as tf

from losses.mmd import asymmetry

X = np.sin(1 + np.arange(12.0)).reshape(4, 3).astype("float32")
Y = np.cos(2 + np.arange(9.0)).reshape(3, 3).astype("float32")
Z = np.cos(2 + np.arange(12.0)).reshape(4, 3).astype("float32")


@pytest.mark.parametrize("fake, difference, expected", [
    (Y, (0.142070, 0.298586, 0.180583), 0.0),
    (Z, (0.117798, 0.009210, -0.107846), 0.0116307494)])
def test_check_values(fake, difference, expected):
    np.testing.assert_allclose(X.mean(0) - fake.mean(0), difference, atol=2e-6)
    assert float(asymmetry(X, fake)) == pytest.approx(expected, abs=1e-7)


def test_turned_around_it_sums_the_squares_of_every_feature():
    difference = X.mean(0) - Y.mean(0)
    assert float(asymmetry(Y, X)) == pytest.approx(np.sum(difference**2), rel=1e-5)


def test_gradient_goes_through_both_means_and_only_where_they_are_the_wrong_way_round():
    real, fake = tf.Variable(X), tf.Variable(Z)
    with tf.GradientTape() as tape:
        value = asymmetry(real, fake)
    to_real, to_fake = tape.gradient(value, (real, fake))
    slope = 2 * (X.mean(0) - Z.mean(0))[2] / 4
    np.testing.assert_allclose(to_real, np.tile((0, 0, slope), (4, 1)), atol=1e-6)
    np.testing.assert_allclose(to_fake, np.tile((0, 0, -slope), (4, 1)), atol=1e-6)


def test_float32_of_half_precision():
    assert asymmetry(tf.cast(X, "bfloat16"), tf.cast(Y, "bfloat16")).dtype == tf.float32

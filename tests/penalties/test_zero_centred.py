"""Zero-centred penalties against closed forms and finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from penalties.gradient import PENALTIES
from penalties.zero_centred import r1_penalty, r1r2_penalty, r2_penalty

RNG = np.random.default_rng(0)
REAL = tf.constant(RNG.normal(size=(5, 4, 4, 2)).astype("float32"))
FAKE = tf.constant(RNG.normal(size=(5, 4, 4, 2)).astype("float32"))
W = RNG.normal(size=(4, 4, 2))


def linear(x):
    return tf.reduce_sum(x * tf.constant(W, tf.float32), (1, 2, 3))[:, None]


def curved(x):
    return tf.reduce_sum(tf.square(x), (1, 2, 3))[:, None]


def test_a_linear_discriminator_has_one_gradient_everywhere():
    expected = 0.5 * np.sum(W**2)
    assert float(r1_penalty(linear, REAL)) == pytest.approx(expected, rel=1e-5)
    assert float(r2_penalty(linear, FAKE)) == pytest.approx(expected, rel=1e-5)
    assert float(r1r2_penalty(linear, REAL, FAKE)) == pytest.approx(2 * expected, rel=1e-5)


def test_each_is_taken_where_it_says():
    of_real = 0.5 * np.mean(np.sum((2 * REAL.numpy())**2, (1, 2, 3)))
    of_fake = 0.5 * np.mean(np.sum((2 * FAKE.numpy())**2, (1, 2, 3)))
    assert float(r1_penalty(curved, REAL)) == pytest.approx(of_real, rel=1e-5)
    assert float(r2_penalty(curved, FAKE)) == pytest.approx(of_fake, rel=1e-5)
    assert float(r1r2_penalty(curved, REAL, FAKE)) == pytest.approx(of_real + of_fake, rel=1e-5)
    assert abs(of_real - of_fake) > 0.5


def test_the_gradient_of_the_weights_is_that_of_finite_differences():
    scale = tf.Variable(0.7)

    def discriminator(x):
        return tf.tanh(scale * linear(x))

    with tf.GradientTape() as tape:
        value = r1r2_penalty(discriminator, REAL, FAKE)
    found = float(tape.gradient(value, scale))

    def at(s):
        scores = np.concatenate([REAL, FAKE]).astype("float64") * W
        slope = s * (1 - np.tanh(s * scores.sum((1, 2, 3)))**2)
        return 2 * 0.5 * np.mean(slope**2 * np.sum(W**2))
    assert float(value) == pytest.approx(at(0.7), rel=1e-4)
    assert found == pytest.approx((at(0.7001) - at(0.6999)) / 2e-4, rel=1e-2)


def test_no_gradient_flows_into_the_generated_images():
    with tf.GradientTape() as tape:
        tape.watch(FAKE)
        value = r1r2_penalty(curved, REAL, FAKE) + r2_penalty(curved, FAKE)
    assert tape.gradient(value, FAKE) is None


def test_registered_under_their_names():
    assert [PENALTIES.find(n) for n in ("r1", "r2", "r1r2")] == [
        r1_penalty, r2_penalty, r1r2_penalty]

"""Losses of style transfer against the specification's values, by hand and by differences."""

import numpy as np
import pytest
import tensorflow as tf

from losses.perceptual import relative_squared_difference, total_variation
from losses.style import (
    disentanglement,
    kl_to_normal,
    moments,
    moments_loss,
    variation_of_levels,
)


def test_total_variation_is_that_of_levels():
    levels = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3)).astype("float32")
    np.testing.assert_allclose(variation_of_levels(levels / 127.5 - 1), total_variation(levels),
                               rtol=1e-5)
    step = np.zeros((1, 1, 2, 1), "float32")
    step[..., 1, :] = 2.0                                # black beside white: one step of 255
    assert float(variation_of_levels(step)) == 255**2


def test_moments_by_hand():
    x = np.random.default_rng(1).normal(3, 2, (2, 3, 4, 5)).astype("float32")
    mean, sd = moments(x)
    assert mean.shape == sd.shape == (2, 1, 1, 5)
    np.testing.assert_allclose(mean[:, 0, 0], x.mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(sd[:, 0, 0], np.sqrt(x.var((1, 2)) + 1e-5), rtol=1e-5)
    np.testing.assert_allclose(moments(np.ones((1, 2, 2, 1)))[1], np.sqrt(1e-5), rtol=1e-5)


def test_moments_loss_by_hand():
    rng = np.random.default_rng(2)
    a, b = rng.normal(1, 1, (2, 3, 3, 4)), rng.normal(0, 2, (2, 5, 2, 4))
    by_hand = np.mean((a.mean((1, 2)) - b.mean((1, 2))) ** 2) + np.mean(
        (np.sqrt(a.var((1, 2)) + 1e-5) - np.sqrt(b.var((1, 2)) + 1e-5)) ** 2)
    np.testing.assert_allclose(moments_loss(a, b), by_hand, rtol=1e-5)
    shuffled = a.reshape(2, 9, 4)[:, ::-1].reshape(a.shape)
    assert float(moments_loss(a, shuffled)) < 1e-12


def test_relative_differences_have_no_unit():
    rng = np.random.default_rng(3)
    a, b = rng.normal(1, 1, (2, 3, 3, 4)), rng.normal(5, 2, (2, 3, 3, 4))
    by_hand = np.mean((a - b) ** 2) / np.mean(b**2)
    np.testing.assert_allclose(relative_squared_difference(a, b), by_hand, rtol=1e-5)
    np.testing.assert_allclose(relative_squared_difference(1e3 * a, 1e3 * b), by_hand, rtol=1e-5)
    means = np.mean((a.mean((1, 2)) - b.mean((1, 2))) ** 2) / np.mean(b.mean((1, 2)) ** 2)
    sds = np.mean((a.std((1, 2)) - b.std((1, 2))) ** 2) / np.mean(b.var((1, 2)))
    np.testing.assert_allclose(moments_loss(a, b, relative_squared_difference), means + sds,
                               rtol=1e-4)
    b = tf.constant(b)
    with tf.GradientTape() as tape:
        tape.watch(b)
        value = relative_squared_difference(a, b)
    slope = tape.gradient(value, b)                     # as if the scale were a number
    np.testing.assert_allclose(slope, 2 * (b - a) / np.sum(b**2), rtol=1e-4)


def test_kl_of_the_specification():
    np.testing.assert_allclose(kl_to_normal([[0.5, -1.0]], [[0.2, -0.4]]), 0.670861, rtol=1e-5)
    two = kl_to_normal([[0.5, -1.0], [0.0, 0.0]], [[0.2, -0.4], [0.0, 0.0]])
    np.testing.assert_allclose(two, 0.670861 / 2, rtol=1e-5)


def test_kl_is_an_integral():
    """Against the sum of p log(p / q) over a fine grid."""
    mean, log_variance = 0.7, -0.5
    x = np.linspace(-12, 12, 200001)
    log_p = -0.5 * ((x - mean) ** 2 / np.exp(log_variance) + log_variance)
    p = np.exp(log_p) / np.sqrt(2 * np.pi)
    integral = np.sum(p * (log_p + 0.5 * x**2)) * (x[1] - x[0])
    np.testing.assert_allclose(kl_to_normal([[mean]], [[log_variance]]), integral, rtol=1e-5)


Y1, Y2, S = (np.array([row], "float32") for row in ((0.1, 0.5), (0.4, 0.1), (0.2, 0.2)))


def test_disentanglement_of_the_specification():
    # Eight roundings of numbers of up to 0.5, by up to 2^-25 each.
    rounding = 8 * 2**-25
    assert float(disentanglement(Y1, Y2, S)) == pytest.approx(0.15, abs=rounding)
    assert float(disentanglement(Y1, Y1 + 0.01, S)) == 0
    assert float(disentanglement(*(np.concatenate([x, [[1, 1]]]) for x in (Y1, Y2, S)))
                 ) == pytest.approx(0.075, abs=rounding)


def test_disentanglement_holds_the_style_still():
    codes = [tf.constant(x) for x in (Y1, Y2, S)]
    with tf.GradientTape() as tape:
        tape.watch(codes)
        loss = disentanglement(*codes)
    y1, y2, s = tape.gradient(loss, codes)
    assert s is None
    np.testing.assert_allclose(y1, 2 * (Y1 - Y2) - 2 * (Y1 - S), rtol=1e-5)
    np.testing.assert_allclose(y2, 2 * (Y2 - Y1), rtol=1e-5)

"""Perceptual losses against the specification's values, double loops and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from losses.kernels import polynomial
from losses.mmd import mmd2
from losses.perceptual import (
    batch_style_loss,
    content_loss,
    gram_matrix,
    style_loss,
    total_variation,
)

X = np.sin(1 + np.arange(12.0)).reshape(4, 3)
Y = np.cos(2 + np.arange(9.0)).reshape(3, 3)
Z = np.cos(2 + np.arange(12.0)).reshape(4, 3)


def image(rows):
    """The rows [N, C] as the N positions of one image, [1, N, 1, C]."""
    return rows.astype("float32")[None, :, None, :]


def test_the_values_of_the_specification():
    np.testing.assert_allclose(gram_matrix(image(X))[0, 0], [0.502103, 0.671219, 0.223219],
                               rtol=1e-5)
    np.testing.assert_allclose(style_loss(image(X), image(Z)), 0.1314908608, rtol=2e-5)
    np.testing.assert_allclose(style_loss(image(X), image(Y)), 0.9546861886 / 9, rtol=2e-5)
    np.testing.assert_allclose(content_loss(image(X), image(Z)), 1.938405, rtol=2e-5)
    row = (np.arange(12.0).reshape(1, 2, 2, 3) ** 2 / 10).astype("float32")
    np.testing.assert_allclose(total_variation(row), 372.78, rtol=1e-5)


def test_gram_matrix_is_a_double_loop():
    f = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    expected = np.zeros((2, 5, 5))
    for h in range(3):
        for w in range(4):
            expected += f[:, h, w, :, None] * f[:, h, w, None, :] / 12
    np.testing.assert_allclose(gram_matrix(f), expected, rtol=1e-4, atol=1e-6)


def test_style_is_the_biased_mmd_of_the_positions():
    squared = mmd2(X.astype("float32"), Z.astype("float32"),
                   lambda x, y: polynomial(x, y, 2, 0.0), estimator="biased")
    np.testing.assert_allclose(style_loss(image(X), image(Z)), squared / 9, rtol=1e-4)


def test_means_are_taken_over_the_batch():
    a, b = np.concatenate([image(X), image(Z)]), np.concatenate([image(Z), image(Z)])
    np.testing.assert_allclose(style_loss(a, b), 0.1314908608 / 2, rtol=2e-5)
    np.testing.assert_allclose(content_loss(a, b), 1.938405 / 2, rtol=2e-5)


def test_style_of_batches_compares_the_means():
    rng = np.random.default_rng(2)
    a, b = (rng.normal(size=(5, 3, 3, 4)).astype("float32") for _ in range(2))
    means = [np.mean([np.einsum("hwc,hwd->cd", f, f) / 9 for f in batch], 0) for batch in (a, b)]
    np.testing.assert_allclose(batch_style_loss(a, b), np.mean((means[0] - means[1]) ** 2),
                               rtol=1e-4)
    assert float(batch_style_loss(a, a[::-1])) < 1e-9 < float(style_loss(a, a[::-1]))


def test_total_variation_sums_over_the_batch():
    ramp = np.broadcast_to(np.arange(4.0)[:, None], (4, 3))[None, :, :, None]
    assert float(total_variation(ramp)) == 9                 # three rows apart, three wide
    assert float(total_variation(np.concatenate([ramp, 2 * ramp]))) == 9 + 36
    assert float(total_variation(np.ones((1, 4, 4, 3)))) == 0


def test_float32_inside():
    big = tf.cast(tf.fill([1, 64, 64, 1], 100.0), "float16")
    assert float(gram_matrix(big)[0, 0, 0]) == pytest.approx(10000)
    assert float(style_loss(big, 2 * big)) == pytest.approx(9e8)
    assert content_loss(big, 2 * big).dtype == "float32"
    assert float(content_loss(tf.cast(big, "float32") * 100, big)) == pytest.approx(9900.0 ** 2)


@pytest.mark.parametrize("loss", [content_loss, style_loss])
def test_gradients_by_finite_differences(loss):
    a, b = (np.random.default_rng(i).normal(size=(1, 2, 2, 3)) for i in range(2))
    x = keras.ops.convert_to_tensor(a, "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(x, b)
    found = np.array(tape.gradient(value, x))
    for at in np.ndindex(a.shape):
        step = np.zeros_like(a)
        step[at] = 1e-2
        slope = (float(loss(a + step, b)) - float(loss(a - step, b))) / 2e-2
        assert found[at] == pytest.approx(slope, abs=2e-3, rel=1e-2)
    assert np.abs(found).max() > 0.05

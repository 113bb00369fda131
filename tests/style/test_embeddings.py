"""Texture losses against the MMD of `losses.mmd` and against sorting in numpy."""

import numpy as np
import pytest
import tensorflow as tf

from losses.kernels import RandomKitchenSinks, gaussian_kernel, linear_kernel, polynomial_kernel
from losses.mmd import mmd2
from style import embeddings
from style.embeddings import TEXTURE_KERNELS, bandwidth, quantiles

RNG = np.random.default_rng(0)
STYLE, IMAGE = (RNG.normal(size=(1, *size, 6)).astype("float32") for size in ((4, 5), (3, 7)))
S, F = STYLE.reshape(-1, 6), IMAGE.reshape(-1, 6)


def loss(name, **settings):
    return float(TEXTURE_KERNELS[name](STYLE, 0, **settings)(tf.constant(IMAGE), 0))


@pytest.mark.parametrize("bias", [0.0, 1.5])
def test_poly2(bias):
    expected = mmd2(S, F, polynomial_kernel(bias), "biased") / (4 * 36)
    assert loss("poly2", bias=bias) == pytest.approx(float(expected), rel=1e-4)


def test_poly2_has_the_value_of_the_specification():
    x, z = (f(n + np.arange(12.)).reshape(1, 2, 2, 3).astype(
        "float32") for f, n in ((np.sin, 1), (np.cos, 2)))
    assert float(TEXTURE_KERNELS["poly2"](x, 0)(z, 0)) == pytest.approx(0.0328727152, rel=2e-5)


def test_linear():
    expected = float(mmd2(S, F, linear_kernel(), "biased")) / 6
    assert loss("linear") == pytest.approx(expected, rel=1e-4)
    assert expected == pytest.approx(((S.mean(0) - F.mean(0))**2).mean(), rel=1e-4)


def test_gaussian():
    kernel = gaussian_kernel(bandwidth(tf.constant(S), 0))
    assert loss("gaussian") == pytest.approx(float(mmd2(S, F, kernel, "biased")), rel=1e-5)


def test_random_kitchen_sinks():
    phi = RandomKitchenSinks(6, 512, bandwidth(tf.constant(S), 0), 0, paired=True)
    expected = ((np.mean(phi(S), 0) - np.mean(phi(F), 0))**2).sum()
    assert loss("rks") == pytest.approx(expected, rel=1e-4)
    assert loss("rks") == pytest.approx(loss("gaussian"), rel=0.25)


def test_gaussian_of_many_positions_draws_them(monkeypatch):
    monkeypatch.setattr(embeddings, "MAX_POSITIONS", 10)
    of = TEXTURE_KERNELS["gaussian"](STYLE, 0)
    first, again, other = (float(of(tf.constant(IMAGE), step)) for step in (0, 0, 1))
    assert first == again != other and first > 0


def test_bandwidth_is_the_median_of_the_distances():
    distances = [((a - b)**2).sum() for i, a in enumerate(S) for b in S[:i]]
    assert bandwidth(tf.constant(S), 0) == pytest.approx(1 / np.median(distances), rel=1e-5)
    assert bandwidth(tf.ones((5, 3)), 0) == bandwidth(tf.ones((1, 3)), 0) == 1.0
    spread = tf.constant([[0.0]] * 9 + [[2.0]])          # a median of 0, a mean above it
    assert bandwidth(spread, 0) == pytest.approx(45 / (9 * 4))


def test_sliced_wasserstein_sorts_along_each_direction():
    image = RNG.normal(size=(1, 5, 4, 6)).astype("float32")
    found = float(TEXTURE_KERNELS["sliced_wasserstein"](STYLE, 3)(tf.constant(image), 7))
    directions = tf.random.stateless_normal((6, embeddings.PROJECTIONS), [3, 7]).numpy()
    apart = [((np.sort(S @ d) - np.sort(image.reshape(-1, 6) @ d))**2).mean() / (d @ d)
             for d in directions.T]
    assert found == pytest.approx(np.mean(apart), rel=1e-4)
    other = float(TEXTURE_KERNELS["sliced_wasserstein"](STYLE, 3)(tf.constant(image), 8))
    assert found != other and loss("sliced_wasserstein") > 0


def test_quantiles():
    values = tf.constant([[0.0, 2.0, 4.0, 10.0]])
    np.testing.assert_allclose(quantiles(values, 4), values)
    np.testing.assert_allclose(quantiles(values, 2), [[1.0, 7.0]])
    np.testing.assert_allclose(quantiles(values, 8),
                               [[0, 0.5, 1.5, 2.5, 3.5, 5.5, 8.5, 10]], atol=1e-6)


@pytest.mark.parametrize("name", TEXTURE_KERNELS)
def test_the_same_features_are_at_distance_zero_and_others_pull(name):
    of = TEXTURE_KERNELS[name](STYLE, 0)
    assert float(of(tf.constant(STYLE), 0)) == pytest.approx(0, abs=1e-6)
    with tf.GradientTape() as tape:
        image = tf.constant(IMAGE)
        tape.watch(image)
        value = of(image, 0)
    gradient = tape.gradient(value, image)
    assert float(of(image - 1e-3 * gradient / tf.norm(gradient), 0)) < float(value)

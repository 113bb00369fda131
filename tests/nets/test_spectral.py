"""Spectral normalisation against singular values, finite differences and a round trip."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from nets.architectures import Row, replace_norms
from nets.architectures.quick import QUICK_DISCRIMINATOR
from nets.build import build_discriminators
from nets.spectral import SpectralConv2D, SpectralDense, power_step

W = np.array([[1, 2], [0.5, -1], [3, 0.25]], "float32")


def test_power_steps_check_values():
    u, found = tf.constant([[1.0, 0.0]]), []
    for _ in range(3):
        sigma, u = power_step(tf.constant(W), u)
        found.append(float(sigma))
    # A step has two products of up to 3 terms and two norms: about 10 roundings, of 2^-24 each,
    # and each of the three builds on those before, whatever the order of adding: 30 * 2^-24.
    bound = 30 * 2**-24
    np.testing.assert_allclose(found, (3.277789, 3.322272, 3.329003), rtol=bound)
    for _ in range(30):
        sigma, u = power_step(tf.constant(W), u)
    # In float64: of the small value LAPACK may lose in float32 as much as of the large one.
    np.testing.assert_allclose(np.linalg.svd(W.astype("float64"))[1], (3.330152, 2.054894),
                               rtol=1e-6)
    assert float(sigma) == pytest.approx(3.330152, rel=bound)


def test_sigma_is_differentiated_with_constant_vectors():
    """d sigma / dW = v'u, against central differences at the same v and u."""
    matrix, u = tf.Variable(W), tf.constant([[1.0, 0.0]])
    with tf.GradientTape() as tape:
        sigma, following = power_step(matrix, u)
    v = W @ [1, 0] / np.linalg.norm(W @ [1, 0])
    np.testing.assert_allclose(tape.gradient(sigma, matrix), np.outer(v, following), rtol=1e-5)


LAYERS = [
    (lambda **kwargs: SpectralDense(4, **kwargs), (5, 7), (7, 4)),
    (lambda **kwargs: SpectralConv2D(4, 3, 2, "same", **kwargs), (5, 6, 6, 2), (18, 4))]


@pytest.mark.parametrize("make, shape, matrix_shape", LAYERS)
def test_the_map_has_norm_one_and_the_kernel_stays(make, shape, matrix_shape):
    keras.utils.set_random_seed(1)
    layer = make(bias_initializer=keras.initializers.Constant(0.3))
    x = tf.constant(np.random.default_rng(0).normal(size=shape).astype("float32"))
    layer(x)
    before = layer.kernel.numpy()
    for _ in range(50):
        layer(x, training=True)
    np.testing.assert_array_equal(layer.kernel.numpy(), before)
    matrix = before.reshape(matrix_shape)
    top = np.linalg.svd(matrix)[1][0]
    twin = (keras.layers.Dense(4) if len(shape) == 2
            else keras.layers.Conv2D(4, 3, 2, "same"))
    twin.build(shape)
    twin.set_weights([before / top, np.full(4, 0.3)])
    np.testing.assert_allclose(layer(x), twin(x), rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape(shape) == tuple(layer(x).shape)


def test_only_training_calls_move_u():
    layer = SpectralDense(4)
    x = np.ones((2, 3), "float32")
    layer(x)
    start = layer.u.numpy()
    layer(x, training=False)
    np.testing.assert_array_equal(layer.u.numpy(), start)
    layer(x, training=True)
    assert np.abs(layer.u.numpy() - start).max() > 1e-3


@pytest.mark.parametrize("learnable, trained", [(False, 2), (True, 3)])
def test_the_scale_multiplies_and_is_trained_where_learnable(learnable, trained):
    layer = SpectralDense(4, learnable=learnable)
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    once = np.array(layer(x))
    assert len(layer.trainable_variables) == trained and float(layer.scale) == 1
    layer.scale.assign(2.5)
    np.testing.assert_allclose(layer(x), 2.5 * once, rtol=1e-5)


def test_gradient_with_respect_to_the_kernel_flows_through_sigma():
    keras.utils.set_random_seed(2)
    layer, x = SpectralDense(3), np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    for _ in range(60):
        layer(x, training=True)
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(layer(x) ** 2)
    gradient = tape.gradient(value, layer.kernel.value).numpy()
    before, random = layer.kernel.numpy(), np.random.default_rng(1)
    assert np.sum(gradient * before) == pytest.approx(0, abs=1e-3)     # W and 2 W are one map
    for _ in range(3):
        direction = random.normal(size=before.shape)
        ends = []
        for side in (1, -1):
            matrix = before + side * 1e-3 * direction
            ends.append(np.sum((x @ matrix / np.linalg.svd(matrix)[1][0]) ** 2))
        assert (ends[0] - ends[1]) / 2e-3 == pytest.approx(np.sum(gradient * direction),
                                                           rel=1e-2, abs=1e-2)


def test_a_saved_net_comes_back_whole(tmp_path):
    (discriminator,) = build_discriminators(QUICK_DISCRIMINATOR, 1, 0, (32, 32, 3), 0.2,
                                            "spectral-scale", "xavier")
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    for _ in range(3):
        discriminator(x, training=True)
    discriminator.layers[1].scale.assign(1.7)
    discriminator.save(tmp_path / "critic.keras")
    loaded = keras.models.load_model(tmp_path / "critic.keras")
    np.testing.assert_allclose(loaded(x), discriminator(x), rtol=1e-6)
    assert len(loaded.variables) == len(discriminator.variables) == 4 * 4


def test_spectral_critics_have_no_other_norm():
    table = (Row("input", norm="batch"), Row("conv", 4, 3, 2, "batch"), Row("dense", 1))
    rows = replace_norms(table, "spectral")
    assert [row.norm for row in rows] == [None, "spectral", "spectral"]
    (discriminator,) = build_discriminators(table, 1, 0, (8, 8, 3), norm="spectral-scale")
    kinds = {type(layer).__name__ for layer in discriminator.layers if layer.weights}
    assert kinds == {"SpectralConv2D", "SpectralDense"}
    assert len(discriminator.trainable_variables) == 6
    with pytest.raises(UserError, match="spectral or spectral-scale, not 'spectra'"):
        replace_norms(table, "spectra")


def test_wrong_padding():
    with pytest.raises(UserError, match="padding must be valid or same"):
        SpectralConv2D(4, 3, 1, "causal")

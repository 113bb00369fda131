"""Rows as layers: starting weights, norms, residuals and the order within a row."""

import numpy as np
import pytest

from nets.architectures import DISCRIMINATORS, GENERATORS, Row
from nets.architectures.quick import QUICK_GENERATOR
from nets.build import build_discriminators, build_generators

Z = np.random.default_rng(0).uniform(-1, 1, (5, 4)).astype("float32")


@pytest.mark.parametrize("initializer, sd, expected", [
    ("table", None, 0.02), ("normal", 0.3, 0.3), ("xavier", None, (2 / (64 + 2048))**0.5),
    ("he", None, (2 / 64)**0.5)])
def test_spread_of_starting_weights(initializer, sd, expected):
    """The dense layer of 64 latents to 4x4x128; a fifth of a percent off is three sigmas."""
    net = build_generators(QUICK_GENERATOR, 1, 0, 64, initializer=initializer, sd=sd)[0]
    kernel, bias = net.get_layer("g1_row1_dense").get_weights()
    assert kernel.std() == pytest.approx(expected, rel=0.01)
    assert abs(kernel.mean()) < 0.02 * expected
    np.testing.assert_array_equal(bias, 0)


def test_start_of_the_thesis_tables():
    """Xavier for digits, normal of 0.02 for faces, biases of 0.1, PReLU slopes of 0.25."""
    generator = build_generators(GENERATORS["face128"], 1, 0)[0]
    assert generator.get_layer("g1_row1_dense").get_weights()[0].std() == pytest.approx(
        0.02, rel=0.01)
    discriminator = build_discriminators(DISCRIMINATORS["digit"], 1, 0)[0]
    assert discriminator.get_layer("d1_row3_dense").get_weights()[0].std() == pytest.approx(
        (2 / (3200 + 500))**0.5, rel=0.01)
    for net in (generator, discriminator):
        for v in net.trainable_variables:
            if v.path.endswith(("dense/bias", "conv/bias", "convt/bias")):
                np.testing.assert_allclose(v, 0.1)
            elif v.path.endswith("alpha"):
                np.testing.assert_array_equal(v, 0.25)


def test_layer_norm_by_hand():
    """Standardised over all axes but the batch's, then scaled and shifted per channel."""
    table = (Row("conv", 3, 1, norm="layer"), Row("dense", 4, norm="layer"), Row("dense", 1))
    net = build_discriminators(table, 1, 0, (4, 4, 2), initializer="xavier")[0]
    random = np.random.default_rng(3)
    for v in net.trainable_variables:
        v.assign(random.normal(size=v.shape))
    x = random.normal(size=(3, 4, 4, 2)).astype("float32")
    kernel, offset, scale, shift, *rest = [v.numpy() for v in net.trainable_variables]

    def normed(y, gamma, beta):
        over = tuple(range(1, y.ndim))
        return gamma * (y - y.mean(over, keepdims=True)) / np.sqrt(
            y.var(over, keepdims=True) + 1e-3) + beta
    y = normed(x @ kernel[0, 0] + offset, scale.ravel(), shift)
    dense, bias, gamma, beta, last, last_bias = rest
    y = normed(y.reshape(3, -1) @ dense + bias, gamma, beta)
    score = net(x, training=True)
    np.testing.assert_allclose(score, y @ last + last_bias, rtol=2e-4, atol=2e-4)


def test_instance_norm_by_hand():
    table = (Row("conv", 3, 1, norm="instance"), Row("patches", 1, 1))
    net = build_discriminators(table, 1, 0, (4, 4, 2), initializer="xavier")[0]
    x = np.random.default_rng(3).normal(size=(3, 4, 4, 2)).astype("float32")
    kernel, _, _, _, last, _ = [v.numpy() for v in net.trainable_variables]
    y = x @ kernel[0, 0]
    y = (y - y.mean((1, 2), keepdims=True)) / np.sqrt(y.var((1, 2), keepdims=True) + 1e-5)
    np.testing.assert_allclose(net(x, training=True), (y @ last[0, 0]).mean((1, 2)), atol=1e-5)


def test_residual_row_adds_what_it_was_given():
    table = (Row("project", 5, 4), Row("residual", 5, 3, norm="batch", activation="relu"),
             Row("conv", 3, 3, activation="tanh"))
    net = build_generators(table, 1, 0, 4, sd=0.3)[0]
    before, after, _ = net(Z, training=False)["features"]
    assert np.abs(after - before).max() > 1e-3
    for v in net.trainable_variables:
        if "row2_conv_2" in v.path:
            v.assign(np.zeros(v.shape))
    before, after, _ = net(Z, training=False)["features"]
    np.testing.assert_allclose(after, before, atol=1e-6)


def test_order_within_a_row_is_norm_activation_pool_dropout():
    table = (Row("conv", 4, 3, 1, "batch", "prelu", 0.5, 2), Row("dense", 1))
    net = build_discriminators(table, 1, 0, (8, 8, 3))[0]
    assert [layer.name for layer in net.layers] == [
        "x", "d1_row1_conv", "d1_row1_norm", "d1_row1_prelu", "d1_row1_pool", "d1_row1_dropout",
        "d1_row2_flatten", "d1_row2_dense"]

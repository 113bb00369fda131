"""The faster layers against Keras's own and against sums by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.checkpoint import save_model
from nets.fast import BatchNorm, Conv, MaxPool, PReLU, TransposedConv, sub_batches

RANDOM = np.random.default_rng(0)


def drawn(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def together(layer, x, weights):
    """(output, derivatives of a sum of sines of it) of a layer with the given weights."""
    if not layer.built:
        layer.build(x.shape)
    layer.set_weights(weights)
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        total = tf.reduce_sum(tf.sin(y))
    return [y, *tape.gradient(total, [x, *layer.trainable_variables])]


def transposed_by_hand(x, kernel, stride):
    """Every input pixel stamps the kernel on the output, cut to `stride` times the input."""
    batch, height, width, _ = x.shape
    size, _, filters, _ = kernel.shape
    whole = np.zeros((batch, height * stride + size, width * stride + size, filters))
    for i in range(height):
        for j in range(width):
            stamp = np.einsum("bc,uvfc->buvf", x[:, i, j].astype("float64"), kernel)
            whole[:, i * stride:i * stride + size, j * stride:j * stride + size] += stamp
    before = max(size - stride, 0) // 2
    return whole[:, before:before + height * stride, before:before + width * stride]


@pytest.mark.parametrize("large", [0, 2**22])
@pytest.mark.parametrize("height, width, filters, size, stride", [
    (4, 4, 6, 4, 1), (4, 4, 6, 3, 2), (4, 4, 6, 4, 2), (1, 1, 6, 4, 2), (2, 3, 5, 5, 3),
    (3, 4, 5, 2, 3), (4, 4, 3, 6, 1),
    (8, 8, 3, 6, 1), (9, 6, 3, 5, 1), (7, 7, 1, 4, 1), (6, 5, 2, 1, 1),
    (8, 8, 3, 4, 2), (7, 5, 3, 5, 2), (6, 7, 1, 3, 2), (5, 6, 4, 2, 2), (5, 5, 3, 1, 2),
    (5, 4, 3, 5, 3),
    (8, 8, 6, 4, 2)])
def test_transposed_convolution(height, width, filters, size, stride, large, monkeypatch):
    """By taps up to 4x4 if the kernel is large, by blocks to few channels, else the library's:
    one function."""
    monkeypatch.setattr("nets.convolution.choice.MIN_WEIGHTS_FOR_TAPS", large)
    x = drawn(2, height, width, 5)
    plain = keras.layers.Conv2DTranspose(filters, size, strides=stride, padding="same")
    plain.build(x.shape)
    weights = [drawn(*v.shape) for v in plain.weights]
    found = together(TransposedConv(filters, size, stride, "same"), x, weights)
    by_hand = transposed_by_hand(x, weights[0], stride) + weights[1]
    np.testing.assert_allclose(found[0], by_hand, atol=1e-4)
    for ours, keras_own in zip(found, together(plain, x, weights), strict=True):
        np.testing.assert_allclose(ours, keras_own, atol=2e-4)


@pytest.mark.parametrize("shape", [(12, 5, 4, 3), (12, 7)])
@pytest.mark.parametrize("count", [1, 3])
def test_batch_norm_of_parts_is_as_many_calls(shape, count):
    """Outputs, averages and derivatives, each part of the batch for itself."""
    x, weights = drawn(*shape) * 3 + 1, [drawn(shape[-1]), drawn(shape[-1])]
    ours, plain = BatchNorm(), keras.layers.BatchNormalization()
    for layer in (ours, plain):
        layer.build(shape)
        layer.set_weights([*weights, np.full(shape[-1], 0.5), np.full(shape[-1], 2.0)])
    x = tf.constant(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        with sub_batches(count):
            one = ours(x, training=True)
        many = tf.concat([plain(part, training=True) for part in tf.split(x, count)], 0)
        sums = [tf.reduce_sum(tf.sin(y)) for y in (one, many)]
    np.testing.assert_allclose(one, many, atol=1e-5)
    for found, expected in zip(ours.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    for a, b in zip(tape.gradient(sums[0], [x, ours.gamma.value, ours.beta.value]),
                    tape.gradient(sums[1], [x, plain.gamma.value, plain.beta.value]),
                    strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)
    np.testing.assert_allclose(ours(x, training=False), plain(x, training=False), atol=1e-5)


def test_parts_differ_from_the_whole():
    x = drawn(6, 4)
    with sub_batches(2):
        apart = BatchNorm()(x, training=True)
    assert np.abs(apart - BatchNorm()(x, training=True)).max() > 0.05


@pytest.mark.parametrize("ours, plain", [(MaxPool(2), keras.layers.MaxPooling2D(2)),
                                         (PReLU(shared_axes=[1, 2]),
                                          keras.layers.PReLU(shared_axes=[1, 2]))])
def test_second_derivatives_of_piecewise_linear_layers(ours, plain):
    """A penalty on the gradient through the layer has Keras's derivative, with fewer steps."""
    x = tf.constant(drawn(3, 6, 5, 4))
    for layer in (ours, plain):
        layer.build(x.shape)
        layer.set_weights([np.full(v.shape, 0.3) for v in layer.weights])

    def penalty(layer, kernel):
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.reduce_sum(tf.sin(layer(x * kernel)))
        return tf.reduce_sum(tape.gradient(score, x) ** 2)

    found = []
    for layer in (ours, plain):
        kernel = tf.constant([0.5, 1.0, 2.0, -1.0])
        with tf.GradientTape() as tape:
            tape.watch(kernel)
            value = penalty(layer, kernel)
        found.append((value, tape.gradient(value, kernel)))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-5)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-4)
    assert np.abs(found[0][1]).min() > 0.1


def test_saved_models_hold_keras_own_layers(tmp_path):
    """What is on disk loads as plain Keras and computes the same."""
    z = keras.Input((4, 4, 5))
    y = MaxPool(2)(PReLU(shared_axes=[1, 2])(BatchNorm()(TransposedConv(3, 4, 2, "same")(z))))
    model = keras.Model(z, y)
    x = drawn(3, 4, 4, 5)
    model(x, training=True)
    save_model(tmp_path / "net.keras", model)
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    assert {type(layer).__module__.split(".")[0] for layer in loaded.layers} == {"keras"}
    np.testing.assert_allclose(loaded(x), model(x), atol=1e-5)
    assert np.ptp(loaded(x)) > 0.1


@pytest.mark.parametrize("height, width, channels, size, stride", [
    (8, 8, 3, 5, 1), (9, 6, 1, 4, 1), (6, 5, 4, 3, 1), (7, 7, 5, 3, 1),
    (8, 6, 3, 5, 2), (8, 8, 3, 3, 2), (4, 6, 1, 4, 2), (7, 8, 3, 5, 2), (9, 6, 3, 4, 3)])
def test_convolution_of_few_channels(height, width, channels, size, stride):
    """Output, derivatives and those of a gradient penalty are the library's."""
    x, found = tf.constant(drawn(2, height, width, channels)), []
    weights = [drawn(size, size, channels, 6), drawn(6)]
    for kind in (Conv, keras.layers.Conv2D):
        layer = kind(6, size, stride, "same")
        layer.build(x.shape)
        layer.set_weights(weights)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(tf.sin(layer(x)))
            dx = tape.gradient(y, x)
            penalty = tf.reduce_sum(tf.square(dx))
        second = outer.gradient(penalty, layer.trainable_variables)
        found.append([dx, *second, *together(layer, x, weights)])
    for ours, keras_own in zip(*found, strict=True):
        np.testing.assert_allclose(ours, keras_own, atol=1e-5 * np.abs(keras_own).max())

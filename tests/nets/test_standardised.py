"""Standardising layers against sums by hand, finite differences and automatic derivatives."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.checkpoint import plain, save_model
from nets.architectures import Row
from nets.build import (
    build_convolutional,
    build_discriminators,
    build_generators,
    join_generators,
)
from nets.standardised import Standardised, standardise

LAYER, INSTANCE, VECTORS = ((3, 5, 4, 6), (1, 2, -1)), ((3, 5, 4, 6), (1, 2)), ((4, 6), (-1,))
CASES = [LAYER, INSTANCE, VECTORS]
TABLE = (Row("conv", 6, 3, 2, "layer", "prelu"), Row("residual", 6, 3, 1, "instance", "relu"),
         Row("dense", 5, norm="layer", activation="prelu"), Row("dense", 1))


def drawn(*shape, seed=0, dtype="float64"):
    return tf.constant(np.random.default_rng(seed).normal(size=shape) * 2 + 1, dtype)


def score(norm, x, weights):
    """Curved on both sides of the norm, so that all parts of its second derivative count."""
    return tf.reduce_sum(weights * tf.sin(norm(x + 0.1 * tf.square(x))))


def slope(norm, x, weights):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = score(norm, x, weights)
    return tape.gradient(y, x)


def of_penalty(norm, x, weights):
    """(penalty on the score's slope, its derivatives with respect to x and to `weights`)."""
    with tf.GradientTape() as tape:
        tape.watch([x, weights])
        penalty = tf.reduce_sum(tf.sqrt(1 + tf.square(slope(norm, x, weights))))
    return penalty, *tape.gradient(penalty, [x, weights])


def differences(f, x, step=1e-5):
    """df/dx of a scalar f by central differences, in float64."""
    flat, found = x.numpy().ravel(), []
    for i in range(flat.size):
        moved = [flat + sign * step * (np.arange(flat.size) == i) for sign in (1, -1)]
        up, down = (float(f(tf.constant(m.reshape(x.shape)))) for m in moved)
        found.append((up - down) / (2 * step))
    return np.reshape(found, x.shape)


@pytest.mark.parametrize("shape, axes", CASES)
def test_derivatives_are_finite_differences(shape, axes):
    x, weights = drawn(*shape), drawn(*shape, seed=1)

    def norm(x):
        return standardise(x, axes, 0.1)
    by_hand = (x - np.mean(x, axes, keepdims=True)) / np.sqrt(
        np.var(x, axes, keepdims=True) + 0.1)
    np.testing.assert_allclose(norm(x), by_hand, atol=1e-12)
    first = differences(tf.function(lambda x: score(norm, x, weights)), x)
    np.testing.assert_allclose(slope(norm, x, weights), first, atol=1e-7)
    _, of_x, of_weights = of_penalty(norm, x, weights)
    np.testing.assert_allclose(of_x, differences(
        tf.function(lambda x: of_penalty(norm, x, weights)[0]), x), atol=1e-6)
    np.testing.assert_allclose(of_weights, differences(
        tf.function(lambda w: of_penalty(norm, x, w)[0]), weights), atol=1e-6)
    assert min(np.abs(first).mean(), np.abs(of_x).mean(), np.abs(of_weights).mean()) > 0.01


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("shape, axes", CASES)
def test_in_graphs_of_any_batch(shape, axes, compiled):
    """One function for two sizes of batch, and XLA's for each, against automatic derivatives."""
    layer = Standardised(axes, 1e-3)
    signature = [tf.TensorSpec((None, *shape[1:]))] * 2
    ours = tf.function(lambda x, w: of_penalty(layer, x, w), jit_compile=compiled,
                       input_signature=None if compiled else signature)
    for batch in (2, 5):
        x, weights = (drawn(batch, *shape[1:], seed=seed, dtype="float32") for seed in (2, 3))
        for found, expected in zip(ours(x, weights), of_penalty(layer.plain, x, weights),
                                   strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5,
                                       atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("shape, axes", CASES)
def test_no_arithmetic_of_shapes(shape, axes):
    """What automatic derivatives of means consist of where the batch has any size."""
    def types(norm):
        def of_gradient(x, v):
            with tf.GradientTape() as tape:
                tape.watch([x, v])
                with tf.GradientTape() as inner:
                    inner.watch(x)
                    y = norm(x)
                dx = inner.gradient(y, x, v)
            return tape.gradient(dx, [x, v])
        graph = tf.function(of_gradient).get_concrete_function(
            *[tf.TensorSpec((None, *shape[1:]))] * 2).graph
        return {op.type for op in graph.get_operations()}

    layer = Standardised(axes, 1e-3)
    unwanted = {"Tile", "BroadcastTo", "BroadcastGradientArgs", "DynamicStitch"}
    assert not types(layer) & unwanted
    assert types(layer.plain) & unwanted


def test_a_third_derivative_is_refused():
    x, weights = drawn(4, 6), drawn(4, 6, seed=1)
    with tf.GradientTape() as tape:
        tape.watch(x)
        second = of_penalty(lambda x: standardise(x, (-1,), 0.1), x, weights)[1]
    with pytest.raises(LookupError, match="third derivatives of a norm"):
        tape.gradient(second, x)


def test_float32_under_any_policy():
    net = build_convolutional(TABLE[:2] + (Row("conv", 3, 3),), 3, precision="mixed_bfloat16")
    norm = net.get_layer("net_row1_norm_standardised")
    x = tf.cast(drawn(2, 7, 6, 4, dtype="float32"), "bfloat16")
    assert norm.compute_dtype == norm(x).dtype.name == "float32"
    np.testing.assert_allclose(norm(x), norm.plain(tf.cast(x, "float32")), atol=1e-6)
    assert norm(x).numpy().std() == pytest.approx(1, rel=0.01)
    assert net.get_layer("net_row1_conv").compute_dtype == "bfloat16"


def discriminator():
    net = build_discriminators(TABLE, 1, 0, (8, 8, 3), initializer="xavier")[0]
    for i, v in enumerate(net.trainable_variables):
        v.assign(v + 0.2 * drawn(*v.shape, seed=i, dtype="float32"))
    return net


def test_weights_are_where_they_have_been():
    """Checkpoints hold them in this order: kernel, bias, scale and shift of every row."""
    by_row = [(3, 3, 3, 6), (6,), (1, 1, 6, 1), (6,), (1, 1, 6),
              (3, 3, 6, 6), (6,), (1, 1, 6, 1), (6,), (3, 3, 6, 6), (6,), (1, 1, 6, 1), (6,),
              (96, 5), (5,), (5,), (5,), (5,), (5, 1), (1,)]
    assert [v.shape for v in discriminator().trainable_variables] == by_row


def test_saved_models_hold_operations_of_keras(tmp_path):
    """What is on disk loads as plain Keras, computes the same and has the same derivatives."""
    net, x = discriminator(), drawn(3, 8, 8, 3, dtype="float32")
    save_model(tmp_path / "net.keras", net)
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    own = {type(operation).__module__.split(".")[0] for operation in loaded.operations}
    assert own == {"keras"}
    assert any(isinstance(operation, Standardised) for operation in net.operations)
    np.testing.assert_allclose(loaded(x), net(x), rtol=1e-5, atol=1e-5)
    assert np.ptp(net(x)) > 0.1
    found = []
    for each in (net, loaded):
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = each(x)
            penalty = tf.reduce_sum(tf.square(inner.gradient(y, x)))
        found.append(tape.gradient(penalty, [v.value for v in each.trainable_variables[:-1]],
                                   unconnected_gradients="zero"))
    largest = max(np.abs(theirs).max() for theirs in found[1])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5 * largest)


def test_plain_copy_of_nets_that_share():
    """Every branch gets its own weights, the shared row stays one."""
    table = (Row("project", 4, 4, norm="layer", activation="relu"),
             Row("convt", 4, 3, 2, "instance", "relu"), Row("residual", 4, 3, 1, "layer", "relu"),
             Row("conv", 3, 3, activation="tanh"))
    nets = join_generators(build_generators(table, 2, 1, 5, sd=0.3))
    for i, v in enumerate(nets.trainable_variables):
        v.assign(v + 0.2 * drawn(*v.shape, seed=i, dtype="float32"))
    copy, z = plain(nets), drawn(3, 5, dtype="float32")
    assert copy.count_params() == nets.count_params()
    assert not any(isinstance(operation, Standardised) for operation in copy.operations)
    images = [[made["image"] for made in each(z)] for each in (nets, copy)]
    for ours, theirs in zip(*images, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert np.abs(images[0][0] - images[0][1]).max() > 0.1

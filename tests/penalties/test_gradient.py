"""The gradient penalty against closed forms, hand-worked numbers and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nets.architectures import Row
from nets.build import build_discriminators
from penalties.gradient import PENALTIES, gradient_penalty, interpolate

REAL = tf.constant([[0.5, -0.3], [1.2, 0.4], [-0.7, 0.9]])
FAKE = tf.constant([[-0.2, 0.6], [0.3, -1.0], [0.8, 0.1]])
TOWARDS_FAKE = np.array([0.25, 0.5, 0.75], "float32")


def images(seed, shape=(3, 8, 8, 2)):
    return tf.constant(np.random.default_rng(seed).normal(size=shape).astype("float32"))


def test_registered_under_its_command_line_name():
    assert PENALTIES.find("wgan-gp") is gradient_penalty


@pytest.mark.parametrize("alpha, expected", [(1.0, REAL), (0.0, FAKE)])
def test_alpha_weighs_the_real_sample(alpha, expected):
    np.testing.assert_allclose(interpolate(REAL, FAKE, tf.fill([3], alpha)), expected)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 1, 1, 1)])
def test_one_alpha_per_sample_in_any_shape(shape):
    real, fake, alpha = images(0).numpy(), images(1).numpy(), [0.1, 0.6, 0.9]
    points = interpolate(real, fake, np.reshape(alpha, shape)).numpy()
    for b, a in enumerate(alpha):
        np.testing.assert_allclose(points[b], a * real[b] + (1 - a) * fake[b], rtol=1e-5,
                                   atol=1e-6)


def test_toy_critic_worked_out_by_hand():
    def discriminator(x):
        return tf.tanh(x @ tf.constant([[0.8], [-0.4]]) + 0.1)
    penalty = gradient_penalty(discriminator, REAL, FAKE, 1 - TOWARDS_FAKE)
    norms = np.array([0.771078, 0.486819, 0.808746])
    assert float(penalty) == pytest.approx(0.117445875, abs=1e-6)
    assert float(penalty) == pytest.approx(np.mean((norms - 1)**2), abs=2e-6)


def test_linear_critic_on_points():
    penalty = gradient_penalty(lambda x: x @ tf.constant([[3.0], [4.0]]), REAL, FAKE,
                               TOWARDS_FAKE)
    assert float(penalty) == pytest.approx((5 - 1)**2, rel=1e-5)


def test_linear_critic_on_images_takes_the_norm_over_all_axes():
    weights = images(2, (1, 2, 2, 1))
    norm = np.sqrt(np.sum(weights.numpy()**2))
    penalty = gradient_penalty(lambda x: tf.reduce_sum(x * weights, (1, 2, 3))[:, None],
                               images(0, (3, 2, 2, 1)), images(1, (3, 2, 2, 1)), TOWARDS_FAKE)
    assert float(penalty) == pytest.approx((norm - 1)**2, rel=1e-4)
    ones = gradient_penalty(lambda x: tf.reduce_sum(x, (1, 2, 3))[:, None],
                            images(0, (3, 2, 2, 1)), images(1, (3, 2, 2, 1)), TOWARDS_FAKE)
    assert float(ones) == pytest.approx(1.0, rel=1e-5)


def test_norm_is_per_sample():
    """Slopes 0.5, 1, 2 cost 0.25, 0, 1; a norm over the batch would cost otherwise."""
    real = tf.constant([[0.5, 0.0], [1.0, 0.0], [2.0, 0.0]])
    penalty = gradient_penalty(lambda x: 0.5 * tf.reduce_sum(x**2, 1, keepdims=True), real,
                               real, TOWARDS_FAKE)
    assert float(penalty) == pytest.approx((0.25 + 0 + 1) / 3, rel=1e-5)


def test_constant_critic_is_finite_with_finite_gradients():
    weight, bias = tf.Variable(tf.zeros((2, 1))), tf.Variable(1.0)
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: x @ weight + bias, REAL, FAKE, TOWARDS_FAKE)
    gradient = tape.gradient(penalty, weight)
    assert float(penalty) == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(gradient).all()
    flat = gradient_penalty(lambda x: tf.ones((3, 1)), REAL, FAKE, TOWARDS_FAKE)
    assert float(flat) == pytest.approx(1.0, abs=1e-4)


def smooth_critic():
    """Without kinks, since across one the penalty jumps and a difference says nothing."""
    keras.utils.set_random_seed(3)
    table = (Row("conv", 3, 3, 2, "layer", "tanh"), Row("conv", 4, 3, 2, activation="tanh"),
             Row("dense", 4, norm="layer", activation="tanh"), Row("dense", 1))
    return build_discriminators(table, 1, 0, (8, 8, 2), initializer="xavier")[0]


def test_gradient_with_respect_to_the_critics_weights():
    """Against central differences along random directions, one per weight tensor."""
    discriminator, real, fake = smooth_critic(), images(0), images(1)

    def penalty():
        return gradient_penalty(lambda x: discriminator(x, training=True), real, fake, TOWARDS_FAKE)
    with tf.GradientTape() as tape:
        value = penalty()
    gradients = tape.gradient(value, [v.value for v in discriminator.trainable_variables],
                              unconnected_gradients="zero")
    random, step = np.random.default_rng(5), 1e-2
    moved = 0
    for v, gradient in zip(discriminator.trainable_variables, gradients, strict=True):
        before = v.numpy()
        direction = random.normal(size=before.shape)
        direction = (direction / np.linalg.norm(direction)).astype("float32")
        v.assign(before + step * direction)
        above = float(penalty())
        v.assign(before - step * direction)
        below = float(penalty())
        v.assign(before)
        slope = np.sum(gradient.numpy() * direction)
        assert (above - below) / (2 * step) == pytest.approx(slope, abs=2e-4, rel=2e-2), v.path
        moved += abs(slope) > 1e-3
    assert moved >= 4


def test_layer_norm_keeps_samples_apart_and_batch_norm_does_not():
    real, fake = images(0), images(1)

    def penalty(net, rows):
        return float(gradient_penalty(lambda x: net(x, training=True), real[rows], fake[rows],
                                      TOWARDS_FAKE[rows]))

    def mixes(norm):
        table = (Row("conv", 3, 3, 2, norm, "tanh"), Row("dense", 1))
        net = build_discriminators(table, 1, 0, (8, 8, 2), initializer="xavier")[0]
        alone = np.mean([penalty(net, slice(b, b + 1)) for b in range(3)])
        return abs(penalty(net, slice(0, 3)) - alone)
    assert mixes("layer") < 1e-5
    assert mixes("batch") > 1e-3


def test_no_gradient_flows_into_the_generator():
    fake = tf.Variable(FAKE)
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: tf.reduce_sum(x**3, 1), REAL, fake, TOWARDS_FAKE)
    assert tape.gradient(penalty, fake) is None


def test_half_precision_samples_give_float32():
    penalty = gradient_penalty(lambda x: x @ tf.constant([[3.0], [4.0]]),
                               tf.cast(REAL, "bfloat16"), tf.cast(FAKE, "bfloat16"),
                               TOWARDS_FAKE)
    assert penalty.dtype == tf.float32
    assert float(penalty) == pytest.approx(16, rel=1e-5)

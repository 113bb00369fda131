"""Every loss against numbers worked out by hand, far scores, and the label smoothing."""

import math

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from losses.adversarial import (
    LOSSES,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    ScoreLoss,
    Wasserstein,
)

OF_SCORES = [name for name, loss in LOSSES.items() if issubclass(loss, ScoreLoss)
             and loss.__module__ == ScoreLoss.__module__]

REAL = tf.constant([[1.2], [-0.3], [0.7]])
FAKE = tf.constant([[-0.5], [0.4], [-1.1]])
LN2 = math.log(2)


@pytest.mark.parametrize("loss, discriminator, generator", [
    (Minimax(), 1.065084, -0.558143),
    (NonSaturating(), 1.065084, 0.958143),
    (NonSaturating(label_smoothing=0.1), 1.118417, 0.958143),
    (LeastSquares(), 0.573333, 1.17),
    (Hinge(), 1.166667, 0.4),
    (Wasserstein(), -0.933333, 0.4),
])
def test_values_worked_out_by_hand(loss, discriminator, generator):
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(discriminator, abs=2e-6)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(generator, abs=2e-6)


@pytest.mark.parametrize("name, discriminator, generator", [
    ("minimax", 2 * LN2, -LN2),
    ("nonsaturating", 2 * LN2, LN2),
    ("leastsquares", 0.5, 0.5),
    ("hinge", 2.0, 0.0),
    ("wgan", 0.0, 0.0),
])
def test_undecided_critic(name, discriminator, generator):
    zeros = tf.zeros((4, 1))
    loss = LOSSES[name]()
    assert float(loss.discriminator(zeros, zeros)) == pytest.approx(discriminator, abs=1e-6)
    assert float(loss.generator(zeros, zeros)) == pytest.approx(generator, abs=1e-6)


# For a batch of one with r = f = s: the critic's loss differentiated by r and by f, and the
# generator's by f, from the derivatives sp'(t) = sigmoid(t) and so on.
FAR_GRADIENTS = {
    "minimax": {1e4: (0, 1, -1), -1e4: (-1, 0, 0)},
    "nonsaturating": {1e4: (0, 1, 0), -1e4: (-1, 0, -1)},
    "leastsquares": {1e4: (9999, 1e4, 9999), -1e4: (-10001, -1e4, -10001)},
    "hinge": {1e4: (0, 1, -1), -1e4: (-1, 0, -1)},
    "wgan": {1e4: (-1, 1, -1), -1e4: (-1, 1, -1)},
}


@pytest.mark.parametrize("score", [1e4, -1e4])
@pytest.mark.parametrize("name", OF_SCORES)
def test_far_scores_keep_values_and_gradients_finite(name, score):
    loss = LOSSES[name]()
    real, fake = tf.fill((1, 1), score), tf.fill((1, 1), score)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        d_loss, g_loss = loss.discriminator(real, fake), loss.generator(real, fake)
    assert np.isfinite([d_loss, g_loss]).all()
    gradients = (tape.gradient(d_loss, real), tape.gradient(d_loss, fake),
                 tape.gradient(g_loss, fake))
    # What is e^-10000 may be float32's least number instead of 0: exp does not go below that
    # everywhere.
    np.testing.assert_allclose(np.ravel(gradients), FAR_GRADIENTS[name][score], rtol=1e-6,
                               atol=1e-37)


@pytest.mark.parametrize("name", OF_SCORES)
def test_far_and_wrong_scores_cost_the_critic_most(name):
    loss = LOSSES[name]()
    far = tf.fill((2, 1), 1e4)
    right, wrong = loss.discriminator(far, -far), loss.discriminator(-far, far)
    assert float(wrong) > float(right) + 1e4


@pytest.mark.parametrize("name", OF_SCORES)
def test_the_generator_gains_when_its_scores_rise(name):
    loss = LOSSES[name]()
    fake = tf.constant([[-2.0], [0.3], [0.9]])
    with tf.GradientTape() as tape:
        tape.watch(fake)
        value = loss.generator(REAL, fake)
    assert np.all(tape.gradient(value, fake).numpy() < 0)


@pytest.mark.parametrize("name", OF_SCORES)
def test_half_precision_scores_give_float32(name):
    loss = LOSSES[name]()
    real, fake = tf.cast(REAL, "bfloat16"), tf.cast(FAKE, "bfloat16")
    in_float32 = loss.discriminator(tf.cast(real, "float32"), tf.cast(fake, "float32"))
    assert loss.discriminator(real, fake).dtype == tf.float32
    assert loss.generator(real, fake).dtype == tf.float32
    assert float(loss.discriminator(real, fake)) == pytest.approx(float(in_float32), rel=1e-6)


def test_smoothed_loss_is_least_at_the_logit_of_the_label():
    loss, never = NonSaturating(0.1), tf.fill((1, 1), -50.0)
    at = {t: float(loss.discriminator(tf.fill((1, 1), t), never))
          for t in (math.log(9) - 0.1, math.log(9), math.log(9) + 0.1)}
    assert at[math.log(9)] == pytest.approx(0.325083, abs=1e-6)
    assert min(at, key=at.get) == math.log(9)


@pytest.mark.parametrize("smoothing", [-0.1, 0.5, 1.0])
def test_smoothing_out_of_range(smoothing):
    with pytest.raises(UserError, match="label_smoothing"):
        NonSaturating(smoothing)


def test_misspelt_name_gets_the_nearest():
    with pytest.raises(UserError, match="'wgan'"):
        LOSSES.find("wgam")

"""Adam in one pass against the formulas of the paper."""

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from data.domain import Domain
from trainers.coupled import build
from trainers.optimizers import Adam, RMSprop, falling, scheduled

LR, BETA_1, BETA_2, EPSILON = 0.01, 0.3, 0.9, 1e-7


def by_hand(start, gradients):
    """Kingma and Ba (2015), algorithm 1 in the order of section 2's last remark, in float64."""
    weight, m, v = start.astype("float64"), 0.0, 0.0
    for t, g in enumerate(gradients.astype("float64"), 1):
        m = BETA_1 * m + (1 - BETA_1) * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        rate = LR * np.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        weight = weight - rate * m / (np.sqrt(v) + EPSILON)
    return weight, m, v


@pytest.mark.parametrize("compiled", [False, True])
def test_adam(compiled):
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=50), random.normal(size=(4, 50))
    gradients[2] = 0
    variable, other = keras.Variable(start, dtype="float32"), keras.Variable(np.ones(3, "float32"))
    optimizer = Adam(LR, BETA_1, BETA_2)
    optimizer.build([other, variable])

    def step(gradient):
        optimizer.apply([tf.zeros(3), gradient], [other, variable])
    step = tf.function(step) if compiled else step
    for gradient in gradients:
        step(tf.constant(gradient, tf.float32))
    weight, m, v = by_hand(start, gradients)
    moments = [np.array(x) for x in optimizer.variables if x.shape == (50,)]
    for found, wanted in zip([variable, *moments], (weight, m, v), strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-6)
    np.testing.assert_array_equal(other, np.ones(3))
    assert int(optimizer.iterations) == 4


def test_rmsprop_adds_epsilon_to_the_root():
    rho, epsilon = 0.7, 1e-7
    start, gradients = np.array([1.0, 2.0]), np.array([[1e-5, 0.3], [-2e-5, 0.1], [0.0, -0.2]])
    variable = keras.Variable(start, dtype="float32")
    optimizer = RMSprop(LR, rho)
    optimizer.build([variable])
    weight, v = start.copy(), 0.0
    for g in gradients:
        optimizer.apply([tf.constant(g, tf.float32)], [variable])
        v = rho * v + (1 - rho) * g**2
        weight = weight - LR * g / (np.sqrt(v) + epsilon)
    np.testing.assert_allclose(variable, weight, atol=1e-6)
    keras_floor = np.sqrt(v[0] + epsilon) / (np.sqrt(v[0]) + epsilon)
    assert keras_floor > 20                     # by which Keras's own step is shorter at 1e-5


def half_cosine(step, over, end):
    return end + (1 - end) * (1 + np.cos(np.pi * min(step, over) / over)) / 2


def test_a_rate_falls_along_half_a_cosine_and_stays():
    falls = falling(0.4, 0.25, 10, steps=3)
    for step in (0, 1, 7, 15, 29, 30, 100):
        assert float(falls(step)) == pytest.approx(0.4 * half_cosine(step, 30, 0.25), rel=1e-5)
    assert falling(0.4, 0.25, 0) == 0.4


@pytest.mark.parametrize("shape, middle", [("line", 0.6), ("cosine", half_cosine(5, 10, 0.2))])
def test_a_rate_stays_before_it_falls(shape, middle):
    training: Any = SimpleNamespace(schedule=10, schedule_after=4, schedule_shape=shape)
    rate: Any = scheduled(0.5, 0.2, training, steps=2)
    found = [float(rate(step)) for step in (0, 7, 8, 18, 28, 100)]
    assert found == pytest.approx([0.5, 0.5, 0.5, 0.5 * middle, 0.1, 0.1], rel=1e-5)
    training.schedule = 0
    assert scheduled(0.5, 0.2, training) == 0.5


def test_rates_and_penalty_of_a_run_fall_with_its_iterations():
    """Adam's step on a constant gradient is the learning rate, so the weights tell it."""
    flags = ["--gan_type", "gan", "--dataset", "ring", "--preset", "none", "--disc_penalty", "r1",
             "--penalty_weight", "2", "--discriminator_steps", "2", "--schedule", "4", "--lr_end",
             "0.5", "--penalty_end", "0.25", "--lr_g", "0.01", "--lr_d", "0.02", "--width", "0.1"]
    points = Domain("ring", np.zeros((8, 2), "float32"), None, None)
    trainer = build(resolve(flags), [points])
    for optimizer, variables, rate, steps in (
            (trainer.g_optimizer, trainer.g_variables, 0.01, 1),
            (trainer.d_optimizer, trainer.d_variables, 0.02, 2)):
        for t in range(6 * steps):
            before = np.array(variables[0])
            optimizer.apply([tf.ones(v.shape) for v in variables], variables)
            np.testing.assert_allclose(before - np.array(variables[0]),
                                       rate * half_cosine(t, 4 * steps, 0.5), rtol=1e-3)
    # Twelve steps of the critic are past the eight of the schedule.
    assert float(trainer.weight_of_penalty()) == pytest.approx(2 * 0.25, rel=1e-5)
    trainer.d_optimizer.iterations.assign(4)
    assert float(trainer.weight_of_penalty()) == pytest.approx(2 * half_cosine(4, 8, 0.25),
                                                               rel=1e-5)


"""Functions that the figures with training on points share."""

from collections.abc import Callable
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from data.toys import toy_points
from framework.devices import compiled
from framework.random import Random
from framework.tensors import Tensor
from metrics.modes import Modes
from nets.architectures import Row
from nets.build import build_discriminators
from trainers.gan import AdversarialTrainer

# Four ReLU layers of 64 units (Chen's thesis, section 3.3.1).
DISCRIMINATOR = (*(Row("dense", 64, activation="relu"),) * 4, Row("dense", 1))


class DiscriminatorLoss(Protocol):
    """The part of a loss of `losses` that a discriminator needs."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor: ...


def small_discriminator(outputs: int = 1) -> keras.Model:
    """Builds a discriminator of points [B, 2] with `outputs` outputs."""
    return build_discriminators(DISCRIMINATOR, 1, 0, (2,), initializer="he", outputs=outputs)[0]


def sample_points(points: Tensor, random: Random, count: int) -> Tensor:
    """Draws `count` of the points [N, 2] with replacement."""
    at = tf.cast(random.uniform([count]) * len(points), tf.int32)
    return tf.gather(points, tf.minimum(at, len(points) - 1))


def count_modes(samples: np.ndarray, name: str) -> tuple[int, float]:
    """Returns (modes, quality) of samples [N, 2] of the toy set `name`: the number of modes with
    1 % of the samples or more, and the share of samples within four standard deviations of one."""
    found = Modes(name).take(samples)
    return found.modes, found.quality


def train_on_toy(trainer: AdversarialTrainer, name: str, iterations: int,
                 each: Callable[[int], object], batch: int = 100) -> dict[str, np.ndarray]:
    """Trains on the toy set `name`. each: called with the number of iterations done, first with 0
    and then after every iteration. Returns the terms of every iteration, [iterations] by name."""
    points = tf.constant(toy_points(name)[0])
    steps = trainer.discriminator_steps

    def iterate(iteration):
        random = Random(trainer.seed + 1, iteration)
        real = tf.reshape(sample_points(points, random, steps * batch), (steps, batch, 2))
        return trainer.iterate(iteration, (real,))
    step = compiled(iterate)
    each(0)
    found = []
    for i in range(iterations):
        found.append(step(tf.constant(np.int64(i))))
        each(i + 1)
    return {name: np.array([float(terms[name]) for terms in found]) for name in found[0]}

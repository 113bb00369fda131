"""What the figures that train on points share."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from data.toys import toy_points
from framework.devices import compiled
from framework.random import Random
from metrics.modes import Modes
from nets.architectures import Row
from nets.build import build_discriminators

# Four ReLU layers of 64 (Chen's thesis, section 3.3.1).
DISCRIMINATOR = (*(Row("dense", 64, activation="relu"),) * 4, Row("dense", 1))


def small_discriminator(outputs: int = 1):
    """A critic of points [B, 2] with `outputs` outputs."""
    return build_discriminators(DISCRIMINATOR, 1, 0, (2,), initializer="he", outputs=outputs)[0]


def sample_points(points: Any, random: Random, count: int) -> Any:
    """`count` of the points [N, 2], with replacement."""
    at = tf.cast(random.uniform([count]) * len(points), tf.int32)
    return tf.gather(points, tf.minimum(at, len(points) - 1))


def count_modes(samples: np.ndarray, name: str) -> tuple[int, float]:
    """(modes, quality) of samples [N, 2] of toy `name`: modes that hold 1 % of the samples or
    more, and the share of samples within four standard deviations of a mode."""
    found = Modes(name).take(samples)
    return found.modes, found.quality


def train_on_toy(trainer: Any, name: str, iterations: int, each: Callable[[int], object],
                 batch: int = 100) -> None:
    """Runs an adversarial trainer on toy `name`, calling each(iterations done) after every
    iteration, and with 0 before the first."""
    points = tf.constant(toy_points(name)[0])
    steps = trainer.discriminator_steps

    def iterate(iteration):
        random = Random(trainer.seed + 1, iteration)
        real = tf.reshape(sample_points(points, random, steps * batch), (steps, batch, 2))
        return trainer.iterate(iteration, (real,))
    step = compiled(iterate)
    each(0)
    for i in range(iterations):
        step(tf.constant(i, tf.int64))
        each(i + 1)

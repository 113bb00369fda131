"""Counting modes, and drawing from points."""

from typing import Any

import numpy as np
import tensorflow as tf

from data.toys import toy_centers
from figures.toy import count_modes, sample_points, small_discriminator, train_on_toy
from framework.random import Random


def test_modes_and_quality_by_hand():
    """Ring: sd 0.05, so 0.2 is near. Mode 0 has 90 of 100, mode 1 has 1, mode 2 none but 3 too
    far away; the rest lies at the centre."""
    centers = toy_centers("ring")
    samples = np.concatenate([np.tile(centers[0] + (0.1, 0), (90, 1)), centers[1:2],
                              np.tile(centers[2] + (0.21, 0), (3, 1)), np.zeros((6, 2))])
    assert count_modes(samples, "ring") == (2, 0.91)
    assert count_modes(np.repeat(centers, 5, 0), "ring") == (10, 1.0)
    assert count_modes(np.concatenate([samples, samples[:50] * 0]), "ring")[0] == 1


def test_draws_are_of_the_points_and_of_all_of_them():
    points = np.arange(10, dtype="float32")[:, None] * np.ones((1, 2), "float32")
    drawn = np.array(sample_points(points, Random(0, 0), 2000))
    assert drawn.shape == (2000, 2)
    counts = np.bincount(drawn[:, 0].astype(int), minlength=10)
    assert len(counts) == 10 and counts.min() > 140 and counts.max() < 260


def test_training_gives_back_the_terms_of_every_iteration():
    class Counting:
        discriminator_steps, seed = 2, 0

        def iterate(self, iteration, batch):
            return {"i": tf.cast(iteration, tf.float32), "rows": tf.shape(batch[0])[1]}
    done = []
    trainer: Any = Counting()
    found = train_on_toy(trainer, "ring", 3, done.append, batch=7)
    assert done == [0, 1, 2, 3] and {name: list(v) for name, v in found.items()} == {
        "i": [0, 1, 2], "rows": [7, 7, 7]}


def test_the_critic_of_the_document():
    discriminator = small_discriminator(16)
    assert discriminator.count_params() == 2 * 64 + 64 + 3 * (64 * 64 + 64) + 64 * 16 + 16

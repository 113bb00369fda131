"""Moment matching from options to pictures."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from data.domain import Domain
from framework.random import Random
from losses.mmd import root_mmd
from trainers.gmmn import pixel_discriminator, training
from trainers.objectives import kernel_for

FLAGS = ["--gan_type", "gmmn", "--preset", "none", "--loss", "mmd", "--generator", "quick",
         "--width", "0.1", "--latent_dim", "4", "--batch_size", "12"]


def domain():
    images = np.random.default_rng(0).integers(0, 256, (24, 32, 32, 3), np.uint8)
    return Domain("noise", images, None, None)


def test_pixels_are_rows():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    np.testing.assert_array_equal(pixel_discriminator((3, 4, 5))(x), x.reshape(2, -1))
    assert not pixel_discriminator((3, 4, 5)).variables


@pytest.mark.parametrize("kernel", [
    ["gaussian-mixture", "--kernel_scales", "10,20,40"], ["rks", "--kernel_gamma", "1e-3"]])
def test_it_minimises_the_root_of_the_mmd(kernel):
    config = resolve([*FLAGS, "--kernel", *kernel, "--lr_g", "0.01"])
    made = training(config, (domain(),))
    z = np.array(made.trainer.draw_latents(Random(config.experiment.seed, 0), tf.zeros((12, 1))))
    (real,) = made.batches(0)
    fake = made.trainer.generators[0](z, training=True)["image"]
    expected = root_mmd((real[0] / 127.5 - 1).reshape(12, -1).astype("float32"),
                        np.reshape(fake, (12, -1)), kernel_for(config.loss, 3072, 0))
    first = made.trainer.iterate(tf.constant(0), made.batches(0))
    assert float(first["g/noise"]) == pytest.approx(float(expected), rel=1e-3)
    for i in range(1, 15):
        last = made.trainer.iterate(tf.constant(i), made.batches(i))
    assert float(last["g/noise"]) < 0.9 * float(first["g/noise"])
    assert made.picture().shape[0] % 64 == 0


def test_nothing_is_exported_for_the_critic(tmp_path):
    config = resolve([*FLAGS, "--kernel", "gaussian", "--kernel_gamma", "1e-3"])
    training(config, (domain(),)).trainer.export(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "generator_noise.keras", "generators.keras"}
    loaded = keras.models.load_model(tmp_path / "generator_noise.keras")
    assert loaded.output_shape == (None, 32, 32, 3)

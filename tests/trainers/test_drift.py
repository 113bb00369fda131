"""Drifting models from options to pictures."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from config.resolve import resolve
from data.domain import Domain
from framework.devices import compiled
from framework.random import Random
from losses.drift import drift_loss
from penalties.coupling import weight_difference
from trainers.drift import training

FLAGS = ["--gan_type", "drift", "--preset", "none", "--generator", "quick", "--width", "0.1",
         "--latent_dim", "4", "--batch_size", "12"]
RING = ["--gan_type", "drift", "--dataset", "ring", "--preset", "none", "--generator", "toy",
        "--batch_size", "200", "--latent_dim", "10", "--lr_g", "1e-3", "--no-tensorboard",
        "--sample_every", "1000"]


def domain(name="noise", seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (24, 32, 32, 3), np.uint8)
    return Domain(name, images, None, None)


def rows(images):
    return np.reshape(images, (12, -1)).astype("float32")


def test_it_minimises_the_drift_of_each_domain():
    config = resolve([*FLAGS, "--dataset", "glyph2edge", "--drift_tau", "0.1,1"])
    made = training(config, (domain(), domain("other", 1)))
    z = np.array(made.trainer.draw_latents(Random(config.experiment.seed, 0), tf.zeros((12, 1))))
    real = [rows(x[0] / 127.5 - 1) for x in made.batches(0)]
    fake = [rows(g(z, training=True)["image"]) for g in made.trainer.generators]
    first = made.trainer.iterate(tf.constant(0), made.batches(0))
    expected = [float(drift_loss(*pair, (0.1, 1))) for pair in zip(fake, real, strict=True)]
    assert [float(first[f"g/{n}"]) for n in ("noise", "other")] == pytest.approx(expected, rel=1e-3)
    assert expected[0] != pytest.approx(expected[1], rel=1e-4)
    assert made.picture().shape[-1] == 3


def test_a_coupling_pulls_the_domains_together():
    def trained(weight):
        config = resolve([*FLAGS, "--dataset", "glyph2edge", "--lr_g", "0.01",
                          "--tying_weight", weight])
        made = training(config, (domain(), domain("other", 1)))
        step = compiled(made.trainer.iterate)
        for i in range(10):
            terms = step(tf.constant(i), made.batches(i))
        return weight_difference(made.trainer.generators), terms
    (apart, alone), (together, tied) = trained("0"), trained("1000")
    assert 0 < together < 0.5 * apart
    assert tied.keys() - alone.keys() == {"tying", "weighted/tying"}


def test_more_data_than_generated_images():
    config = resolve([*FLAGS, "--drift_data", "2", "--batch_size", "6"])
    made = training(config, (domain(),))
    (real,), z = made.batches(0), made.trainer.draw_latents(Random(0, 0), tf.zeros((12, 1)))
    assert real.shape == (2, 6, 32, 32, 3) and z.shape == (6, 4)
    fake = made.trainer.generators[0](z, training=True)["image"]
    expected = drift_loss(np.reshape(fake, (6, -1)), rows(real / 127.5 - 1), (0.02, 0.05, 0.2))
    found = made.trainer.iterate(tf.constant(0), made.batches(0))
    assert float(found["g/noise"]) == pytest.approx(float(expected), rel=1e-3)


def test_generated_samples_are_told_the_labels_of_the_first_images():
    labelled = Domain("noise", domain().images, np.arange(24, dtype="int32") % 3, 3)
    config = resolve([*FLAGS, "--drift_data", "2", "--batch_size", "6", "--conditional"])
    trainer = training(config, (labelled,)).trainer
    real, labels = trainer.unpack_batch((
        [labelled.images.reshape(2, 12, 32, 32, 3)], [labelled.labels.reshape(2, 12)]))
    assert real[0].shape == (1, 24, 32, 32, 3)
    z = trainer.draw_latents(Random(0, 0), real[0][0], labels[0][0])
    np.testing.assert_array_equal(z[:, 4:], np.eye(3)[np.arange(12) % 3])
    (_, _, x, y), = trainer.discriminator_inputs([real[0][0]], [labels[0][0]], [real[0][0, :12]])
    np.testing.assert_array_equal(x[:, 0, 0, 3:], np.eye(3)[np.arange(24) % 3])
    np.testing.assert_array_equal(y[:, 5, 6, 3:], np.eye(3)[np.arange(12) % 3])


def test_nothing_is_exported_for_the_critic(tmp_path):
    training(resolve(FLAGS), (domain(),)).trainer.export(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "generator_noise.keras", "generators.keras"}
    loaded = keras.models.load_model(tmp_path / "generator_noise.keras")
    assert loaded.output_shape == (None, 32, 32, 3)


def test_points_drift_onto_ten_gaussians(tmp_path):
    def modes(iterations):
        run = tmp_path / str(iterations)
        assert main([*RING, "--iterations", str(iterations), "--run", str(run)]) == 0
        assert main(["evaluate", str(run), "--metrics", "modes", "--samples", "2000"]) == 0
        rows = json.loads((run / "metrics.json").read_text())["results"]
        return {row["metric"]: row["value"] for row in rows}
    before, after = modes(1), modes(400)
    assert before["modes of 10"] < 10 == after["modes of 10"]
    assert before["points near a mode"] < 0.3 < 0.45 < after["points near a mode"] < 1

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
from framework.errors import UserError
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


def test_a_frozen_net_is_looked_through_and_neither_trained_nor_kept():
    config = resolve([*FLAGS, "--drift_features", "squeeze", "--drift_weights", "random"])
    trainer = training(config, (domain(),)).trainer
    (_, critic, real, fake), = trainer.discriminator_inputs(
        [tf.ones((12, 32, 32, 3))], [None], [tf.zeros((12, 32, 32, 3))])
    pixels, *moments = trainer.score(critic, tf.concat([real, fake], 0), Random(0, 0))
    assert pixels.shape == (24, 3072)
    assert [m.shape[1] for m in moments] == [64, 64, 128, 128, 256, 256, 384, 384, 512, 512]
    for m in moments:
        assert np.ptp(m[:12], 0).max() < 1e-3 * np.abs(m[0] - m[-1]).max()
    kept = [v for part in trainer.state().values() for v in part]
    assert kept and not any(v is w for v in kept for w in trainer.maps.args[0].variables)


@pytest.mark.parametrize("flags, message", [
    (["--dataset", "ring", "--generator", "toy"], "compares images, not points"),
    (["--drift_resize", "8"], "too small for SqueezeNet")])
def test_what_the_frozen_net_cannot_see(flags, message):
    config = resolve([*FLAGS, "--drift_features", "squeeze", "--drift_weights", "random", *flags])
    points = Domain("ring", np.zeros((24, 2), "float32"))
    with pytest.raises(UserError, match=message):
        training(config, (points if "ring" in flags else domain(),))


def variables(run):
    reader = tf.train.load_checkpoint(str(run / "checkpoints"))
    names = [name for name in reader.get_variable_to_shape_map()
             if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name]
    return {name: reader.get_tensor(name) for name in names}


@pytest.mark.slow
def test_a_resumed_run_is_the_unbroken_one(tmp_path):
    command = ["--gan_type", "drift", "--preset", "none", "--domains", "ring,grid25", "--width",
               "0.1", "--latent_dim", "3", "--batch_size", "8", "--drift_data", "2", "--ema",
               "0.9", "--tying_weight", "1", "--sample_every", "4", "--checkpoint_every", "1",
               "--no-tensorboard"]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert main([*command, "--run", str(whole), "--iterations", "4"]) == 0
    assert main([*command, "--run", str(broken), "--iterations", "2"]) == 0
    assert main([*command, "--run", str(broken), "--iterations", "4"]) == 0
    a, b = variables(whole), variables(broken)
    assert a.keys() == b.keys() and len(a) > 20
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    assert (whole / "losses.csv").read_text() == (broken / "losses.csv").read_text()

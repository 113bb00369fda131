"""Nets in bfloat16 and float16 against the same nets in float32."""

import json
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from config.resolve import resolve
from data.domain import Domain
from framework import devices
from nets.classifier import build_classifier
from nets.precision import copy_in_precision
from penalties.couplings import FrozenNets
from trainers.coupled import build
from trainers.optimizers import scaling_optimizer
from trainers.perceptual import vgg_features_for
from trainers.restore import Sampler

FLAGS = ["--gan_type", "scogan", "--dataset", "glyph2negative", "--preset", "none", "--generator",
         "quick", "--discriminator", "quick", "--width", "0.1", "--latent_dim", "6",
         "--batch_size", "8", "--run", "nowhere", "--loss", "wgan", "--disc_penalty", "wgan-gp",
         "--lr_g", "0.001", "--lr_d", "0.001", "--ema", "0.9", "--feature_weight", "1",
         "--cycle_weight", "1", "--semantic_weight", "1", "--semantic_on", "kl",
         "--content_weight", "1", "--style_weight", "1", "--vgg_weights", "random",
         "--content_layers", "block2_conv1", "--style_layers", "block1_conv1"]
RING = ["--gan_type", "gan", "--dataset", "ring", "--preset", "none", "--width", "0.1",
        "--latent_dim", "3", "--batch_size", "8", "--compile", "none", "--no-tensorboard"]
# bfloat16 keeps 8 bits, so an operation rounds its result by up to 2^-9 of it, 2^-9 / sqrt(3) in
# the mean. Between z and a term of the loss lie the generator's 4 rows and at most 4 rows of a
# reader, of 3 operations each. Independent errors add as squares, a term that is a square has
# twice the relative error, and this is three standard deviations: 3.3 %.
BOUND = 3 * 2 * (24 / 3) ** 0.5 * 2**-9


def domains():
    rng = np.random.default_rng(3)
    return [Domain(name, rng.integers(0, 256, (16, 32, 32, 3), np.uint8))
            for name in ("glyph", "glyph_negative")]


def trainer_in(precision):
    """A trainer of FLAGS; dropout is off, since its masks are drawn in the nets' own numbers."""
    config = resolve([*FLAGS, "--precision", precision])
    keras.utils.set_random_seed(5)
    classifier = copy_in_precision(build_classifier((32, 32, 3), 10, "quick", 0.2), precision)
    classifier.trainable = False
    eyes = FrozenNets(partial(classifier, training=False),
                      vgg=vgg_features_for(config.coupling, precision, (32, 32, 3)))
    trainer = build(config, domains(), eyes)
    for net in trainer.g_nets:
        for layer in net.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = 0.0
    return trainer


def iterated(trainer):
    batch = tuple(d.images[None, :8] for d in domains())
    step = tf.function(trainer.iterate, autograph=False)
    return step(tf.constant(0, tf.int64), batch)


@pytest.fixture(scope="module")
def both():
    trainers = [trainer_in(precision) for precision in ("float32", "mixed_bfloat16")]
    for a, b in zip(*(t.generator.get_weights() for t in trainers), strict=True):
        np.testing.assert_array_equal(a, b)
    return [(trainer, iterated(trainer)) for trainer in trainers]


def test_every_term_differs_a_little(both):
    (_, exact), (_, rounded) = both
    assert exact.keys() == rounded.keys()
    assert {"feature", "cycle", "semantic", "content", "style"} < exact.keys()
    for name, value in rounded.items():
        assert value.dtype == tf.float32
        size = abs(float(exact[name]))
        if name.startswith(("d/", "g/")):               # differences of scores of about 1
            size = max(size, 1.0)
        assert 0 < abs(float(value) - float(exact[name])) < BOUND * size, name


def test_what_computes_in_which(both):
    trainer, _ = both[1]
    for net in (*trainer.discriminators, *trainer.g_nets, trainer.average.model):
        assert {v.dtype for v in net.trainable_variables} == {"float32"}
    assert {layer.compute_dtype for net in trainer.discriminators
            for layer in net.layers} == {"float32"}
    assert all(v.dtype in ("float32", "int32", "int64") for v in trainer.g_optimizer.variables)
    for net in trainer.g_nets:
        kernels = [layer for layer in net.layers if hasattr(layer, "kernel")]
        assert [layer.compute_dtype for layer in kernels[:-1]] == ["bfloat16"] * (len(kernels) - 1)
        assert kernels[-1].compute_dtype == "float32"
    assert {m["image"].dtype for m in trainer.generator.output} == {"float32"}


def test_averages_and_statistics_move_alike(both):
    (one, _), (other, _) = both
    for v, w in zip(one.generator.non_trainable_variables, other.generator.non_trainable_variables,
                    strict=True):
        np.testing.assert_allclose(v, w, rtol=0, atol=BOUND * np.abs(v.numpy()).max())


def test_exported_nets_load_in_plain_keras(both, tmp_path):
    trainer, _ = both[1]
    trainer.export(tmp_path)
    z = np.linspace(-1, 1, 12, dtype="float32").reshape(2, 6)
    drawn = trainer.sample(z)
    for name, images in zip(trainer.domains, drawn, strict=True):
        loaded = keras.saving.load_model(tmp_path / f"generator_{name}.keras")
        assert "bfloat16" in {layer.compute_dtype for layer in loaded.layers}
        np.testing.assert_allclose(loaded(z), images, atol=2**-7)


def test_a_net_in_another_precision_reads_the_same():
    model = build_classifier((32, 32, 3), 10, "quick", 0.2)
    images = np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 3)).astype("float32")
    logits = model(images, training=False).numpy()
    rounded = copy_in_precision(model, "mixed_bfloat16")(images, training=False)
    back = copy_in_precision(copy_in_precision(model, "mixed_bfloat16"), "float32")
    again = back(images, training=False)
    assert rounded.dtype == tf.float32
    assert 0 < np.abs(rounded - logits).max() < BOUND * np.abs(logits).max()
    np.testing.assert_allclose(again, logits, atol=1e-6)


def weights_after(optimizer, factor: float, precision: str):
    """The change of a dense net's kernel in a step along factor times the gradient, over factor,
    and the optimizer."""
    keras.utils.set_random_seed(1)
    net = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8, "tanh", dtype=precision),
                            keras.layers.Dense(1, dtype="float32")])
    x = np.random.default_rng(2).uniform(-1, 1, (64, 8)).astype("float32")
    before = net.layers[0].kernel.numpy()
    with tf.GradientTape() as tape:
        loss = optimizer.scale_loss(factor * tf.reduce_mean(tf.square(net(x))))
    optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
    return (before - net.layers[0].kernel.numpy()) / factor


def test_scaled_gradients_are_the_unscaled_ones_and_do_not_vanish():
    factor = 1e-5                                   # below float16's 6e-8 after a mean over 64
    sgd = partial(keras.optimizers.SGD, 2.0**20)    # so that float32 weights show the step
    scaled = partial(keras.optimizers.LossScaleOptimizer, initial_scale=2.0**15)
    exact = weights_after(sgd(), factor, "float32")
    np.testing.assert_array_equal(weights_after(scaled(sgd()), factor, "float32"), exact)
    size = np.abs(exact).max()
    kept = weights_after(scaled(sgd()), factor, "mixed_float16")
    lost = weights_after(sgd(), factor, "mixed_float16")
    assert 0 < np.abs(kept - exact).max() < 0.01 * size
    assert np.abs(lost - exact).max() > 0.05 * size


def test_a_step_that_overflows_is_left_out():
    config = resolve([*FLAGS, "--precision", "mixed_float16"])
    optimizer = scaling_optimizer(config.training, 0.1, config.device.precision)
    v = keras.Variable([1.0])
    optimizer.build([v])
    optimizer.apply([tf.constant([np.inf])], [v])
    assert float(v[0]) == 1 and float(optimizer.dynamic_scale) == 2**14
    optimizer.apply([tf.constant([3.0 * 2**14])], [v])
    assert float(v[0]) == pytest.approx(0.9, abs=1e-4)
    plain = scaling_optimizer(config.training, 0.1, "mixed_bfloat16")
    assert not isinstance(plain, keras.optimizers.LossScaleOptimizer)


def test_a_run_goes_on_in_another_precision(tmp_path, capsys):
    run = ["--run", str(tmp_path / "run"), "--iterations"]
    assert main([*RING, *run, "2"]) == 0
    for iterations, precision, *more in (("4", "mixed_float16", "--compile", "graph"),
                                         ("6", "mixed_float16", "--compile", "none"),
                                         ("8", "mixed_bfloat16", "--force_precision")):
        words = [*run, iterations, "--precision", precision, *more]
        assert main(words) == 0, capsys.readouterr().err
        assert ("slower" in capsys.readouterr().out) == (
            precision == "mixed_float16" and not tf.config.list_physical_devices("GPU"))
    assert main(["sample", run[1]]) == 0
    reader = tf.train.load_checkpoint(f"{run[1]}/checkpoints")
    assert reader.get_tensor("g_optimizer/0/.ATTRIBUTES/VARIABLE_VALUE") == 8


def test_a_processor_without_bfloat16_takes_float32_and_says_so(tmp_path, capsys, monkeypatch):
    """The run says and keeps what it really computes in, wherever it goes on."""
    monkeypatch.setattr(devices, "has_bfloat16", lambda: False)
    path = str(tmp_path / "run")

    def trained(iterations, *words):
        assert main([*words, "--run", path, "--iterations", str(iterations)]) == 0
        stored = json.loads((tmp_path / "run" / "config.json").read_text())
        return (capsys.readouterr().out, stored["precision"],
                [each["precision"] for each in stored["environments"]])

    asks, line = ("--precision", "mixed_bfloat16"), "float32 in place of mixed_bfloat16"
    said, stored, computed = trained(1, *RING, *asks)
    assert line in said and (stored, computed) == ("float32", ["float32"])
    said, stored, computed = trained(2, *asks, "--force_precision")
    assert line not in said and "precision was float32 and is mixed_bfloat16" in said
    assert (stored, computed) == ("mixed_bfloat16", ["float32", "mixed_bfloat16"])
    said, stored, computed = trained(3, "--no_force_precision")
    assert line in said and "precision was mixed_bfloat16 and is float32" in said
    monkeypatch.setattr(devices, "has_bfloat16", lambda: True)      # and back: nothing changes
    said, stored, computed = trained(4)
    assert "precision" not in said and (stored, len(computed)) == ("float32", 3)


def test_what_draws_from_a_run_says_so_too(tmp_path, capsys, monkeypatch):
    path = str(tmp_path / "run")
    words = ("--precision", "mixed_bfloat16", "--iterations", "1", "--run", path)
    monkeypatch.setattr(devices, "has_bfloat16", lambda: True)
    assert main([*RING, *words]) == 0
    assert "in place of" not in capsys.readouterr().out
    monkeypatch.setattr(devices, "has_bfloat16", lambda: False)
    assert main(["sample", path]) == 0
    assert "float32 in place of mixed_bfloat16" in capsys.readouterr().out
    assert Sampler(path).generators[0].layers[1].compute_dtype == "float32"

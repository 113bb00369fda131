"""The iteration with kernels: against numpy, and with the terms that only it takes."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from data.batches import Batches
from data.domain import Domain
from framework.latents import DISTRIBUTIONS
from framework.random import Random
from losses.kernels import gaussian_kernel, linear_kernel
from losses.mmd import MMD
from nets.architectures import Row
from nets.build import build_discriminators, build_generators
from penalties.gradient import GRADIENT_SCALES
from trainers.coupled import build
from trainers.gan import AdversarialTrainer

LR = 0.05


def linear_trainer(loss, features=3, domains=1, **settings):
    """Generators zA + b and critics xW + c with `features` features, by plain descent."""
    keras.utils.set_random_seed(3)
    dense = (Row("dense", 2),)
    return AdversarialTrainer(
        [f"x{k}" for k in range(domains)],
        build_generators(dense, domains, 0, latent_dim=3, initializer="xavier"),
        build_discriminators(dense, domains, 0, (2,), initializer="xavier", outputs=features),
        loss=loss, g_optimizer=keras.optimizers.SGD(LR), d_optimizer=keras.optimizers.SGD(LR),
        seed=7, **settings)


def points(domains=1):
    rng = np.random.default_rng(0)
    return tuple(rng.normal(1, 1, size=(1, 6, 2)).astype("float32") for _ in range(domains))


def weights(net):
    return [np.array(v) for v in net.trainable_variables]


def linear_mmd2(x, y):
    """The unbiased MMD^2 of the linear kernel, written as variances of means."""
    gap = np.sum((x.mean(0) - y.mean(0)) ** 2)
    return gap - sum(np.sum(a.var(0, ddof=1)) / len(a) for a in (x, y))


def test_one_iteration_by_hand():
    """With W the critic's weights, MMD^2 is tr W'MW for a symmetric M of the two samples."""
    trainer = linear_trainer(MMD(linear_kernel(), asymmetry_weight=4.0))
    (A, b), (W, c) = weights(trainer.generators[0]), weights(trainer.discriminators[0])
    (real,) = points()
    random = Random(7, 0)
    z = [np.array(DISTRIBUTIONS["uniform"](random, [6, 3])) for _ in range(2)]
    x, y = real[0], z[0] @ A + b

    terms = trainer.iterate(tf.constant(0), (real,))

    gap = x.mean(0) - y.mean(0)
    M = np.outer(gap, gap) - sum(np.cov(a.T) / len(a) for a in (x, y))
    np.testing.assert_allclose(np.trace(W.T @ M @ W), linear_mmd2(x @ W, y @ W), rtol=1e-4)
    below = np.minimum(gap @ W, 0)
    np.testing.assert_allclose(terms["d/x0"], -linear_mmd2(x @ W, y @ W)
                               + 4 * np.sum(below**2), rtol=1e-4)
    moved = W - LR * (-2 * M @ W + 4 * 2 * np.outer(gap, below))
    np.testing.assert_allclose(weights(trainer.discriminators[0])[0], moved, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights(trainer.discriminators[0])[1], c, atol=1e-6)

    y = z[1] @ A + b
    np.testing.assert_allclose(terms["g/x0"], linear_mmd2(x @ moved, y @ moved), rtol=1e-4)
    centred = (y - y.mean(0)) / (6 * 5)
    slope = (-2 * np.tile(x.mean(0) - y.mean(0), (6, 1)) / 6 - 2 * centred) @ moved @ moved.T
    np.testing.assert_allclose(weights(trainer.generators[0])[0], A - LR * z[1].T @ slope,
                               rtol=1e-4, atol=1e-5)


def test_the_scale_multiplies_both_players_losses():
    plain = linear_trainer(MMD(gaussian_kernel(0.5)), 1)
    scaled = linear_trainer(MMD(gaussian_kernel(0.5)), 1, domains=1,
                            scale=GRADIENT_SCALES["smmd-reference"])
    W = weights(plain.discriminators[0])[0]
    terms, other = (t.iterate(tf.constant(0), points()) for t in (plain, scaled))
    factor = 1 / (1 + 10 * np.sum(W**2))
    assert float(other["scale/x0"]) == pytest.approx(factor, rel=1e-5)
    assert float(other["d/x0"]) == pytest.approx(factor * float(terms["d/x0"]), rel=1e-4)
    after = weights(scaled.discriminators[0])[0]
    plain.discriminators[0].set_weights(scaled.discriminators[0].get_weights())
    plain.generators[0].set_weights(linear_trainer(MMD(gaussian_kernel())).generators[0]
                                    .get_weights())
    random = Random(7, 0)
    DISTRIBUTIONS["uniform"](random, [6, 3]), random.signs([6, 1])
    z = np.array(DISTRIBUTIONS["uniform"](random, [6, 3]))
    x, y = points()[0][0] @ after, (plain.generators[0](z)["image"]) @ after
    expected = float(MMD(gaussian_kernel(0.5)).generator(x, y)) / (1 + 10 * np.sum(after**2))
    assert float(other["g/x0"]) == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_critics_without_weights_take_no_steps():
    x = keras.Input((2,))
    pixels = keras.Model(x, keras.layers.Flatten()(x))
    keras.utils.set_random_seed(3)
    generators = build_generators((Row("dense", 2),), 1, 0, latent_dim=3)
    trainer = AdversarialTrainer(
        ["x"], generators, [pixels], loss=MMD(gaussian_kernel(0.1)), discriminator_steps=0,
        g_optimizer=keras.optimizers.Adam(0.05), d_optimizer=keras.optimizers.Adam(0.05))
    losses = [trainer.iterate(tf.constant(i), points()) for i in range(60)]
    assert list(losses[0]) == ["g/x"]
    assert float(losses[-1]["g/x"]) < 0.3 * float(losses[0]["g/x"])
    made = trainer.sample(np.array(DISTRIBUTIONS["uniform"](Random(0, 0), [500, 3])))[0]
    np.testing.assert_allclose(made.mean(0), points()[0][0].mean(0), atol=0.6)


def domain(name):
    images = np.random.default_rng(0).integers(0, 256, (16, 32, 32, 3), np.uint8)
    return Domain(name, images, None, None)


@pytest.mark.parametrize("kinds, flags", [
    (2, ["--gan_type", "scogan", "--dataset", "glyph2edge", "--loss", "mmd",
         "--asymmetry_weight", "16", "--feature_weight", "1"]),
    (2, ["--gan_type", "cogan", "--dataset", "glyph2edge", "--loss", "mmd", "--kernel", "rks",
         "--disc_penalty", "witness-gp"]),
    (1, ["--gan_type", "mmd_gan", "--loss", "mmd", "--discriminator_dim", "1",
         "--discriminator_norm",
         "spectral-scale", "--gradient_scale", "smmd", "--clip_gradient", "1"]),
    (1, ["--gan_type", "gan", "--dataset", "glyph", "--loss", "wgan", "--gradient_scale",
         "swgan"])])
def test_from_flags_alone(kinds, flags):
    config = resolve([*flags, "--preset", "none", "--generator", "quick", "--discriminator",
                      "quick", "--width", "0.1", "--latent_dim", "4", "--batch_size", "4"])
    domains = tuple(domain(f"x{k}") for k in range(kinds))
    trainer = build(config, domains)
    before = [np.array(v) for v in (*trainer.g_variables, *trainer.d_variables)]
    terms = trainer.iterate(tf.constant(0), Batches(domains, 4)(0))
    after = [np.array(v) for v in (*trainer.g_variables, *trainer.d_variables)]
    assert np.isfinite([float(value) for value in terms.values()]).all()
    loss, coupled = config.loss, config.coupling.feature_weight > 0
    parts = {"d": True, "g": True, "scale": loss.gradient_scale != "none",
             "penalty": loss.disc_penalty != "none", "feature": coupled, "weighted": coupled}
    assert {name.partition("/")[0] for name in terms} == {p for p, on in parts.items() if on}
    moved = [np.abs(a - b).max() > 0 for a, b in zip(before, after, strict=True)]
    assert np.mean(moved) > 0.8

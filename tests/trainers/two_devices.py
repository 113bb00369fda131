"""Trains tiny runs on one device and on two logical ones, and prints as JSON how far apart they
end. A process of its own, since the processor cannot be split once TensorFlow runs:
`tests/trainers/test_distributed.py` starts it with names of MEASURED, and judges the numbers.
"""

import json
import os
import sys
from functools import partial
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).parents[2]))

import keras
import numpy as np
import tensorflow as tf

from config.sections import Config
from data.domain import Domain
from framework import devices
from nets.architectures import CLASSIFIERS, DISCRIMINATORS, GENERATORS, Architecture, Row
from penalties.couplings import FrozenNets
from trainers import (  # noqa: F401
    classifier_run,
    coupled,
    cyclegan,
    drift,
    gmmn,
    inverse,
    realnvp,
    style_vae,
    vae,
)
from trainers.conditional import batches_for
from trainers.kinds import TRAINERS
from trainers.optimizers import OPTIMIZERS, ReplicaMeanMixin, clipnorm

RNG = np.random.default_rng(0)
READ = RNG.normal(size=(2, 3)).astype("float32")
LOOK = RNG.normal(size=(2, 12)).astype("float32")
SHARES = np.float32([0.5, 0.3, 0.2])
START = {"initializer": "xavier", "sd": 0.1}


class SGD(ReplicaMeanMixin, keras.optimizers.SGD):
    """Along the gradient alone: Adam would make rounding in a gradient of 0 a whole step."""


OPTIMIZERS["sgd"] = lambda lr, config, decay: SGD(lr, clipnorm=clipnorm(config))
GENERATORS.register("tiny")(Architecture((Row("dense", 6, activation="tanh"), Row("dense", 2)),
                                         (2,),
                                         1, **START))
DISCRIMINATORS.register("tiny")(Architecture((Row("dense", 5, activation="tanh"), Row("dense", 1)),
                                             (2,), 1, **START))
CLASSIFIERS.register("tiny")(Architecture((Row("conv", 4, 3, 2, activation="relu"), Row("dense")),
                                          initializer="xavier"))
GENERATORS.register("normed")(Architecture(
    (Row("dense", 6, norm="batch", activation="tanh"), Row("dense", 2)), (2,), 1, **START))
DISCRIMINATORS.register("normed")(Architecture(
    (Row("dense", 5, norm="batch", activation="tanh"), Row("dense", 1)), (2,), 1, **START))

TINY = Config.of({
    "devices": "cpu:2", "gan_type": "gan", "generator": "tiny", "discriminator": "tiny",
    "latent_dim": 3, "batch_size": 8, "optimizer": "sgd", "lr": 0.05, "lr_g": 0.05, "lr_d": 0.05,
    "seed": 3, "sample_rows": 1, "sample_columns": 2,
    "compile": "none"})
NORMED = TINY.with_options(generator="normed", discriminator="normed", loss="hinge", ema=0.9)
MMD = TINY.with_options(gan_type="mmd_gan", loss="mmd", discriminator_dim=4,
                        disc_penalty="witness-gp", asymmetry_weight=2.0)
IMAGES = TINY.with_options(batch_size=4, width=0.05, vgg_weights="random")

CASES = {
    "cogan, wgan-gp, Adam, as a graph": TINY.with_options(
        gan_type="cogan", loss="wgan", disc_penalty="wgan-gp", optimizer="adam",
        instance_noise=0.1, conditional=True, discriminator_steps=2, compile="graph"),
    "mmd, witness-gp, asymmetry": MMD,
    "smmd, bounded gradients": MMD.with_options(disc_penalty="none", asymmetry_weight=0.0,
                                                gradient_scale="smmd", clip_gradient=0.03),
    "swgan": TINY.with_options(loss="wgan", gradient_scale="swgan", weight_decay=0.1, clip=0.3),
    "gmmn": TINY.with_options(gan_type="gmmn", loss="mmd", kernel="gaussian-mixture"),
    "drift, couplings": TINY.with_options(gan_type="drift", tying_weight=0.1),
    "scogan, couplings": TINY.with_options(
        gan_type="scogan", feature_weight=1.0, feature_layers=2, semantic_weight=1.0,
        balance_weight=1.0, tying_weight=0.1, cycle_weight=1.0, coupling_warmup=2),
    "scogan, perceptual": TINY.with_options(
        gan_type="scogan", content_weight=1.0, style_weight=1.0, style_on="batch",
        content_layers="block1_conv1", style_layers="block1_conv1", balance_perceptual=0.5),
    "batch norm, together": NORMED.with_options(sync_batch_norm=True),
    "batch norm, apart": NORMED,
    "classifier": IMAGES.with_options(gan_type="classifier", classifier="tiny",
                                      classifier_noise=0.5),
    "cyclegan": IMAGES.with_options(
        gan_type="cyclegan", loss="leastsquares", pool=3, jitter=2, blocks=1, patch_halvings=1,
        discriminator_steps=2, cycle_lambda=0.01, lr_g=1e-3),    # else rounding grows too fast
    "inverse_net": IMAGES.with_options(gan_type="inverse_net", width=0.01, lr=1e-4),
    "style_vae": IMAGES.with_options(
        gan_type="style_vae", content_weight=1e-5, style_weight=1e-9, kl_weight=0.1,
        disentangle_weight=1.0, content_layers="block2_conv1", style_layers="block1_conv1"),
    "vae": TINY.with_options(gan_type="vae", latent="normal", vae_draws=3, width=0.1, ema=0.9),
    "realnvp": IMAGES.with_options(gan_type="realnvp", flow_scales=1, flow_couplings=1),
}
DOMAINS = {"gan": 1, "mmd_gan": 1, "gmmn": 1, "vae": 1, "realnvp": 1}


def domains_of(config):
    """Labelled points of one or two domains, or small images where nets are of images."""
    shape = (16, 16, 3) if config.training.batch_size == IMAGES.training.batch_size else (2,)
    rng = np.random.default_rng(1)

    def domain(k):
        drawn = rng.normal(size=(20, *shape)).astype("float32") + k
        images = (drawn * 50 + 100).clip(0, 255).astype("uint8") if len(shape) > 1 else drawn
        return Domain(f"x{k}", images, rng.integers(0, 3, 20).astype("int32"), 3)
    return tuple(domain(k) for k in range(DOMAINS.get(config.experiment.gan_type, 2)))


def built(config):
    """(trainer, batches) of a run; the couplings read with fixed functions of points."""
    domains = domains_of(config)
    if config.experiment.gan_type in ("classifier", "inverse_net", "style_vae", "gmmn", "drift",
                                      "cyclegan", "vae", "realnvp"):
        if config.experiment.gan_type == "classifier":
            model = devices.in_strategy_scope(classifier_run.model_for)(config, domains)
            return classifier_run.ClassifierTrainer(
                model, devices.in_strategy_scope(classifier_run.scaling_optimizer)(
                    config.training, 0.05, "float32"),
                config.coupling.classifier_noise, seed=config.experiment.seed
            ), classifier_run.labelled_batches(
                domains, config.training.batch_size, config.experiment.seed)
        training = TRAINERS.find(config.experiment.gan_type)(config, domains)
        return training.trainer, training.batches
    frozen = FrozenNets(lambda x: tf.matmul(x, READ), SHARES, vgg=lambda x: {
        "block1_conv1": tf.reshape(tf.sin(tf.matmul(x, LOOK)), (-1, 2, 2, 3))})
    return coupled.build(config, domains, frozen), batches_for(config, domains,
                                                               config.training.discriminator_steps)


def values(trainer):
    return [np.array(v) for part in trainer.state().values() for v in part]


def trained(config, iterations: int):
    """(variables at first, variables in the end, terms of the last iteration, trainer)."""
    strategy = devices.strategy_for(config.device, config.training.batch_size)
    trainer, batches = built(config)
    step = devices.distributed(strategy, trainer, config.device.compile) if strategy else (
        devices.compiled(trainer.iterate, config.device.compile))
    first = values(trainer)
    for i in range(iterations):
        terms = step(tf.constant(i, tf.int64), batches(i))
    return first, values(trainer), {k: float(v) for k, v in terms.items()}, trainer


def apart(config, iterations: int = 2) -> dict:
    """How far one device moves a variable, how far apart one and two devices end, the relative
    difference of a term, and how far apart the two devices' own copies are: each the greatest."""
    _, two, terms, trainer = trained(config, iterations)
    one_device = config.with_options(devices="one", compile="none")     # as a graph, says test_gan
    first, one, expected, _ = trained(one_device, iterations)
    assert terms.keys() == expected.keys()
    moved = max(np.abs(a - b).max() for a, b in zip(first, one, strict=True)
                if a.dtype == np.float32)
    return {"moved": float(moved),
            "variables": max(float(np.abs(a - b).max()) for a, b in zip(one, two, strict=True)),
            "terms": max(abs(terms[k] - v) / max(1, abs(v)) for k, v in expected.items()),
            "copies": copies_apart(trainer)}


def copies_apart(trainer) -> float:
    """How far the devices' copies of any variable are apart."""
    found = ([np.array(x) for x in v.value.values] for part in trainer.state().values()
             for v in part)
    return max(float(np.abs(a - b).max()) for a, b in found)


def statistics(config) -> dict:
    """After one iteration with batch norm apart: how far the first layer's moving mean and
    variance are from those of one device, and the devices' copies from each other."""
    def of(config):
        _, _, _, trainer = trained(config, 1)
        return trainer, [np.array(v) for v in trainer.generators[0].variables
                         if v.name in devices.STATISTICS]
    (trainer, two), (_, one) = of(config), of(config.with_options(devices="one"))
    return {"mean": float(np.abs(one[0] - two[0]).max()),
            "variance": float(np.abs(one[1] - two[1]).max()),
            "moved": float(np.abs(one[0]).max()), "copies": copies_apart(trainer)}


class Dropping:
    """A trainer of nothing but a dropout, whose term is how far the devices' masks are apart."""

    def __init__(self):
        self.layer = keras.layers.Dropout(0.5, seed=3)

    def state(self):
        return {"seeds": [self.layer.seed_generator.state]}

    def iterate(self, iteration, batch):
        masks = devices.gathered(self.layer(tf.ones([1, 64]), training=True))
        return {"apart": tf.reduce_max(tf.abs(masks[0] - masks[1]))}


def dropout() -> dict:
    """How far apart two devices' masks of a dropout are, and afterwards the state of its seed."""
    strategy = devices.strategy_for(TINY.device, TINY.training.batch_size)
    trainer = devices.in_strategy_scope(Dropping)()
    terms = devices.distributed(strategy, trainer, "none")(tf.constant(0, tf.int64), ())
    return {"masks": float(terms["apart"]), "copies": copies_apart(trainer)}


def main():
    devices.strategy_for(TINY.device, TINY.training.batch_size)
    print(json.dumps({name: MEASURED[name]() for name in sys.argv[1:]}))


def apart_without(name: str, config) -> dict:
    """`apart` after one iteration in which the devices do not exchange what `name` exchanges."""
    whole = getattr(devices, name)
    setattr(devices, name, lambda x: x)
    found = apart(config, 1)
    setattr(devices, name, whole)
    return found


MEASURED = {name: partial(apart, config) for name, config in CASES.items()} | {
    "statistics": partial(statistics, NORMED), "dropout": dropout,
    "without gathered": partial(apart_without, "gathered", MMD),
    "without mean_over_replicas": partial(
        apart_without, "mean_over_replicas",
        CASES["scogan, couplings"].with_options(coupling_warmup=0))}


if __name__ == "__main__":
    main()

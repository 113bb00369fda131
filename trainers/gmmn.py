"""Generative moment matching networks (Li et al. 2015; Chen's thesis 2.3), and what else trains
generators without critics."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from config.sections import Config
from config.tables import generator_tables
from data.domain import Domain
from framework.devices import in_strategy_scope
from losses.mmd import RootMMD
from penalties.couplings import FrozenNets, active_couplings
from trainers.conditional import batches_for, conditioned_shape, num_conditioning_classes
from trainers.coupled import balance_for, frozen_for, generators_for
from trainers.gan import AdversarialTrainer
from trainers.kinds import TRAINERS, Training
from trainers.objectives import kernel_for
from trainers.optimizers import optimizer, scaling_optimizer
from trainers.pictures import sample_picture


def pixel_discriminator(image_shape: tuple[int, ...]) -> keras.Model:
    """The critic of a network that has none: images as rows of numbers."""
    x = keras.Input(image_shape, name="x")
    return keras.Model(x, keras.layers.Flatten(dtype="float32")(x), name="pixels")


def seen_shape(config: Config, domains: Sequence[Domain]) -> tuple[tuple[int, ...], int]:
    """(shape of an image with its label behind the channels, length of that label or 0)."""
    classes = num_conditioning_classes(domains) if config.nets.conditional else 0
    return conditioned_shape(tuple(domains[0].images.shape[1:]), classes), classes


@in_strategy_scope
def build(config: Config, domains: Sequence[Domain], loss: Any, frozen: FrozenNets,
          kind: Callable[..., AdversarialTrainer] = AdversarialTrainer) -> AdversarialTrainer:
    """Generators, one per domain, that minimise `loss` of their images' rows and the data's, and
    the couplings that are on. frozen: what these read with. kind: the class of the trainer."""
    training, image_shape, count = config.training, domains[0].images.shape[1:], len(domains)
    seen, classes = seen_shape(config, domains)
    generators = generators_for(config, count, image_shape, classes)
    decoupled = training.weight_decay if training.decoupled_weight_decay else None
    return kind(
        [d.name for d in domains], generators, [pixel_discriminator(seen) for _ in domains],
        loss=loss, discriminator_steps=0,
        g_optimizer=scaling_optimizer(training, training.lr_g, config.device.precision, decoupled),
        d_optimizer=optimizer(training, training.lr_d), latent=training.latent, classes=classes,
        couplings=active_couplings(config.values(), generators, frozen),
        balance=balance_for(config.coupling), warmup=config.coupling.coupling_warmup,
        leader=config.coupling.leader,
        averaged=generators_for(config, count, image_shape, classes) if training.ema else None,
        ema=training.ema, weight_decay=0.0 if decoupled else training.weight_decay,
        seed=config.experiment.seed)


def without_critics(config: Config, domains: Sequence[Domain], loss: Any, steps: int = 1,
                    kind: Callable[..., AdversarialTrainer] = AdversarialTrainer) -> Training:
    """`build` for the loop, with the nets that its couplings read with. steps: batches of data for
    one of generated images."""
    generator_tables(config, len(domains), domains[0].images.shape[1:])     # before these
    trainer = build(config, domains, loss, frozen_for(config, domains), kind)
    return Training(trainer, batches_for(config, domains, steps),
                    sample_picture(trainer, config, domains))


@TRAINERS.register("gmmn")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A generator that minimises the root of the biased MMD^2 of its images and the data's.

    No critic: the kernel reads pixels, so several bandwidths and large batches are needed. A
    batch of B takes B x B numbers, with the kernel rks B x features.
    """
    length = int(np.prod(seen_shape(config, domains)[0]))
    kernel = kernel_for(config.loss, length, config.experiment.seed)
    return without_critics(config, domains, RootMMD(kernel))

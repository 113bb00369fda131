"""Generative moment matching networks (Li et al. 2015; Chen's thesis 2.3)."""

from collections.abc import Sequence

import keras
import numpy as np

from config.sections import Config
from data.domain import Domain
from framework.devices import in_strategy_scope
from losses.mmd import RootMMD
from trainers.conditional import batches_for, conditioned_shape, num_conditioning_classes
from trainers.coupled import generators_for
from trainers.gan import AdversarialTrainer
from trainers.kinds import TRAINERS, Training
from trainers.objectives import kernel_for
from trainers.optimizers import optimizer, scaling_optimizer
from trainers.pictures import sample_picture


def pixel_discriminator(image_shape: tuple[int, ...]) -> keras.Model:
    """The critic of a network that has none: images as rows of numbers."""
    x = keras.Input(image_shape, name="x")
    return keras.Model(x, keras.layers.Flatten(dtype="float32")(x), name="pixels")


@TRAINERS.register("gmmn")
@in_strategy_scope
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A generator that minimises the root of the biased MMD^2 of its images and the data's.

    No critic: the kernel reads pixels, so several bandwidths and large batches are needed. A
    batch of B takes B x B numbers, with the kernel rks B x features.
    """
    training, image_shape = config.training, tuple(domains[0].images.shape[1:])
    classes = num_conditioning_classes(domains) if config.nets.conditional else 0
    seen = conditioned_shape(image_shape, classes)
    generators = generators_for(config, 1, image_shape, classes)
    decoupled = training.weight_decay if training.decoupled_weight_decay else None
    trainer = AdversarialTrainer(
        [domains[0].name], generators, [pixel_discriminator(seen)],
        loss=RootMMD(kernel_for(config.loss, int(np.prod(seen)), config.experiment.seed)),
        discriminator_steps=0,
        g_optimizer=scaling_optimizer(training, training.lr_g, config.device.precision, decoupled),
        d_optimizer=optimizer(training, training.lr_d), latent=training.latent, classes=classes,
        averaged=generators_for(config, 1, image_shape, classes) if training.ema else None,
        ema=training.ema, weight_decay=0.0 if decoupled else training.weight_decay,
        seed=config.experiment.seed)
    return Training(trainer, batches_for(config, domains, 1),
                    sample_picture(trainer, config, domains))

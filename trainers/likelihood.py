"""Kinds of training that raise their data's log-likelihood, or a bound of it: one player alone.

Pixels are levels 0..255. Where a density is modelled, they get uniform noise of one level
(`losses.flow.dequantised`), so that what is measured bounds the log-probability of the levels.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from config.sections import Config
from data.domain import Domain
from framework.checkpoint import save_model
from framework.devices import in_strategy_scope
from framework.pixels import to_unit_tensor
from framework.random import Random
from framework.registry import Registry
from framework.tensors import Tensor
from losses.flow import bits_per_dimension, dequantised
from nets.build import image_model, join_generators
from trainers.conditional import batches_for, num_conditioning_classes, one_hot_labels
from trainers.image_sampler import ImageSampler
from trainers.kinds import Training
from trainers.moving_average import MovingAverage
from trainers.optimizers import optimizer_state, scaling_optimizer
from trainers.pictures import sample_picture
from trainers.variables import l2, trained_variables


class Likelihood(Protocol):
    """The nets of a run, and the log-likelihood that they give.

    model: holds every variable. generator: z, with the label behind it, to {"image", "features"}.
    value: how the likelihood is called, "elbo" or "log_likelihood". levels: whether it is of the
    levels of pixels, so that it can be told in bits.
    """

    model: keras.Model
    generator: keras.Model
    value: str
    levels: bool

    def rows(self, x: Tensor, label: Tensor | None, random: Random,
             training: bool) -> dict[str, Tensor]:
        """Nats of each of the images or points, by name: `value`, and its parts. x: as `prepare`
        gives them, [B, ...]."""
        ...

    def prepare(self, batch: Tensor, random: Random) -> Tensor:
        """Images uint8, or points, [B, ...], as `rows` takes them."""
        ...

    def loss(self, rows: dict[str, Tensor]) -> Tensor:
        """What is minimised, a scalar, of these rows."""
        ...

    def encode(self, x: Tensor, label: Tensor | None) -> Tensor:
        """What draws images [B, ...] in [-1, 1], as exactly as the kind can: [B, latent_dim]."""
        ...

    def about(self) -> str:
        """The likelihood in words."""
        ...

    def exported(self) -> dict[str, keras.Model]:
        """The nets for others besides the generator, by name."""
        ...


# gan_type -> a function of (config, shape of an image, length of the label or 0) to a Likelihood,
# built anew; its weights follow from the seed.
NETS = Registry("gan_type", package="trainers")


def noisy_levels(batch: Tensor, random: Random) -> Tensor:
    """Images uint8 with noise of one level, in [-1, 1); points as they are."""
    if batch.dtype != tf.uint8:
        return batch
    return dequantised(batch, random.uniform(tf.shape(batch)))


def plain_levels(batch: Tensor, random: Random) -> Tensor:
    """Images uint8 in [-1, 1] without noise; points as they are."""
    return to_unit_tensor(batch)


class LikelihoodTrainer:
    """One iteration: a step of one player along its negative log-likelihood.

    domain: its name. nets: of NETS; averaged: the same again, which keeps an exponential moving
    average of the first with rate `ema`, or None. Other arguments as of `AdversarialTrainer`.
    """

    def __init__(self, domain: str, nets: Likelihood, optimizer: keras.optimizers.Optimizer, *,
                 averaged: Likelihood | None = None, ema: float = 0.0, classes: int = 0,
                 weight_decay: float = 0.0, seed: int = 0):
        self.domains, self.nets, self.optimizer = [domain], nets, optimizer
        self.generators, self.generator = [nets.generator], join_generators([nets.generator])
        self.classes, self.weight_decay, self.seed = classes, weight_decay, seed
        self.latent_dim = self.generator.input_shape[-1] - classes
        self.average = MovingAverage(nets.model, averaged.model, ema) if averaged else None
        self.shown = averaged or nets
        self.variables = trained_variables([nets.model])
        optimizer.build(self.variables)
        self.sample = ImageSampler(join_generators([self.shown.generator]))

    def state(self) -> dict[str, list]:
        """What a checkpoint must hold to go on exactly. The generator's variables stand first, for
        those who draw alone."""
        averaged = generator_first(self.shown) if self.average else []
        return {"generators": generator_first(self.nets), "averaged": averaged,
                **optimizer_state("optimizer", self.optimizer)}

    def iterate(self, iteration: Tensor, batch: Any) -> dict[str, Tensor]:
        """batch: a tuple of one tensor [1, B, ...], uint8 images or float32 points; of a trainer
        with `classes` with a second tuple, of the labels."""
        random = Random(self.seed, iteration)
        images, labels = batch if self.classes else (batch, [None])
        label = one_hot_labels(labels[0], self.classes)[0] if self.classes else None
        x = self.nets.prepare(images[0][0], random)
        with tf.GradientTape() as tape:
            rows = self.nets.rows(x, label, random, True)
            loss = self.nets.loss(rows)
            if self.weight_decay:
                loss += self.weight_decay * l2(self.variables)
            scaled = self.optimizer.scale_loss(loss)
        self.optimizer.apply(tape.gradient(scaled, self.variables), self.variables)
        if self.average:
            self.average.update(iteration)
        terms = {f"{name}/{self.domains[0]}": tf.reduce_mean(row) for name, row in rows.items()}
        return {"loss": loss} | terms | self.bits(rows)

    def bits(self, rows: dict[str, Tensor]) -> dict[str, Tensor]:
        """Bits of each number, where they can be told."""
        if not self.nets.levels:
            return {}
        bits = bits_per_dimension(rows[self.nets.value], dimensions(self.nets))
        return {f"bits/{self.domains[0]}": tf.reduce_mean(bits)}

    def export(self, folder: Path) -> None:
        """Writes nets that plain Keras loads, one file each."""
        name = self.domains[0]
        nets = {f"generator_{name}": image_model(self.shown.generator),
                "generators": join_generators([self.shown.generator])}
        nets |= {f"{kind}_{name}": net for kind, net in self.shown.exported().items()}
        for place, net in nets.items():
            save_model(folder / f"{place}.keras", net)


def dimensions(nets: Likelihood) -> int:
    """How many numbers an image or point has."""
    outputs: Any = nets.generator.output
    return int(np.prod(outputs["image"].shape[1:]))


def generator_first(nets: Likelihood) -> list:
    """Every variable of the nets once, those of the generator first."""
    return list({id(v): v for net in (nets.generator, nets.model) for v in net.variables}.values())


@in_strategy_scope
def build(config: Config, domains: Sequence[Domain],
          begin: Callable[[Likelihood], None] | None = None) -> LikelihoodTrainer:
    """The trainer of the run's kind over its one domain. begin: sets the nets' first weights
    beyond the seed's."""
    training, precision = config.training, config.device.precision
    build_nets = NETS.find(config.experiment.gan_type)
    image_shape = tuple(domains[0].images.shape[1:])
    classes = num_conditioning_classes(domains) if config.nets.conditional else 0
    decoupled = training.weight_decay if training.decoupled_weight_decay else None
    nets = build_nets(config, image_shape, classes)
    if begin:
        begin(nets)
    return LikelihoodTrainer(
        domains[0].name, nets, scaling_optimizer(training, training.lr_g, precision, decoupled),
        averaged=build_nets(config, image_shape, classes) if training.ema else None,
        ema=training.ema, classes=classes,
        weight_decay=0.0 if decoupled else training.weight_decay, seed=config.experiment.seed)


def likelihood_training(config: Config, domains: Sequence[Domain],
                        begin: Callable[[Likelihood], None] | None = None) -> Training:
    """`build` for the loop."""
    trainer = build(config, domains, begin)
    shown = config.with_options(latent_dim=trainer.latent_dim)
    return Training(trainer, batches_for(config, domains, 1),
                    sample_picture(trainer, shown, domains))

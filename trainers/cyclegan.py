"""`--gan_type cyclegan`: translators between two domains without pairs (Zhu et al. 2017)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from config.norms import discriminator_norm
from config.sections import Config
from data.domain import Domain
from framework.checkpoint import save_model
from framework.devices import compiled, in_strategy_scope
from framework.errors import UserError
from framework.grid import enlargement, image_grid
from framework.pixels import to_unit, to_unit_tensor
from framework.random import Random
from framework.tensors import Tensor
from losses.translation import cycle_term, identity_term
from nets.translators import build_patch_critic, build_translator
from trainers.conditional import batches_for
from trainers.coupled import augmentation_for
from trainers.discriminating import DiscriminatorPlayer, take_step
from trainers.domains import load_domains
from trainers.image_pool import ImagePool
from trainers.jitter import jittered
from trainers.kinds import TRAINERS, Picture, Training
from trainers.objectives import clip_bound, discriminator_outputs, objective
from trainers.optimizers import optimizer, optimizer_state, scaling_optimizer, scheduled
from trainers.variables import all_variables, l2, trained_variables

LABELS: list = [None, None]     # of the two domains: no net is told any


class CycleTrainer(DiscriminatorPlayer):
    """One iteration: an update of both translators, then `discriminator_steps` of both
    discriminators, which are shown what the translators made before it, through a pool each.

    domains: two names. translators: two nets; the k-th makes images of domain k from images of the
    other. discriminators: two nets of images to a score of each patch, [B, h, w, d]; to the loss
    each patch is a sample of its own, to penalties an image is the mean of its patches. pools: an
    `image_pool.ImagePool` for each domain. adversarial_weight, cycle_weight, identity_weight:
    factors of the terms that translators minimise; a term of weight 0 is not computed. jitter: see
    `trainers.jitter`. settings: of `DiscriminatorPlayer`.

    On several devices each translates its share of a batch, and the pools are the same on all.
    """

    def __init__(self, domains: Sequence[str], translators: list[keras.Model],
                 discriminators: list[keras.Model], *, pools: list[ImagePool],
                 g_optimizer: keras.optimizers.Optimizer, adversarial_weight: float = 1.0,
                 cycle_weight: float = 10.0, identity_weight: float = 5.0, jitter: int = 0,
                 seed: int = 0, **settings: Any):
        super().__init__(domains, discriminators, learners=(0, 1), **settings)
        self.translators, self.pools, self.jitter, self.seed = translators, pools, jitter, seed
        self.adversarial_weight = adversarial_weight
        self.cycle_weight, self.identity_weight = cycle_weight, identity_weight
        self.g_variables, self.g_optimizer = trained_variables(translators), g_optimizer
        g_optimizer.build(self.g_variables)

    def state(self) -> dict[str, list]:
        """Everything a checkpoint must hold to go on exactly."""
        return {"translators": all_variables(self.translators),
                **optimizer_state("g_optimizer", self.g_optimizer), **self.discriminator_state(),
                "pools": [v for pool in self.pools for v in pool.variables]}

    def iterate(self, iteration: Tensor, batch: Any) -> dict[str, Tensor]:
        """batch: images of both domains, each uint8 [discriminator_steps, B, H, W, C]."""
        random = Random(self.seed, iteration)
        real = [tf.stack([jittered(to_unit_tensor(x[step]), self.jitter, random)
                          for step in range(self.discriminator_steps)]) for x in batch]
        made = [self.translated(take_step(step, real))
                for step in range(self.discriminator_steps - 1)]
        g_terms, last = self.translator_step(random, take_step(-1, real))
        fakes = [tf.stack([tf.stop_gradient(pool(images, random)) for images in several])
                 for pool, several in zip(self.pools, zip(*made, last, strict=True), strict=True)]
        return self.update_discriminators(random, real, LABELS, fakes, None) | g_terms

    def translated(self, real: list[Tensor]) -> list[Tensor]:
        """What each translator makes of the other domain's images: the k-th is of domain k."""
        return [self.translators[k](real[1 - k], training=True) for k in (0, 1)]

    def translator_step(self, random: Random, real: list[Tensor]) -> tuple[dict, list[Tensor]]:
        """One update of both translators. real: two tensors [B, H, W, C] in [-1, 1]. Returns the
        terms by name, without their weights, and what was made of the images before it."""
        terms: dict[str, Tensor] = {}
        weights = {"g": self.adversarial_weight, "cycle": self.cycle_weight,
                   "identity": self.identity_weight}
        with tf.GradientTape() as tape:
            made = self.translated(real)
            for name, discriminator, x, y in self.discriminator_inputs(real, LABELS, made):
                real_scores = self.score(discriminator, x, random) if self.loss.needs_real else None
                terms[f"g/{name}"] = self.loss.generator(
                    real_scores, self.score(discriminator, y, random))
                if self.scale:
                    terms[f"g/{name}"] *= self.scaling(discriminator, x, random)
            if self.cycle_weight:
                for name, x, back in zip(self.domains, real, self.translated(made), strict=True):
                    terms[f"cycle/{name}"] = cycle_term(x, back)
            if self.identity_weight:
                for name, x, net in zip(self.domains, real, self.translators, strict=True):
                    terms[f"identity/{name}"] = identity_term(x, net(x, training=True))
            loss: Tensor = sum(weights[name.partition("/")[0]] * value
                               for name, value in terms.items())
            loss += self.weight_decay * l2(self.g_variables) if self.weight_decay else 0.0
            loss = self.g_optimizer.scale_loss(loss)
        self.g_optimizer.apply(tape.gradient(loss, self.g_variables), self.g_variables)
        return terms, made

    def score(self, discriminator: keras.Model, images: Tensor, random: Random,
              batches: int = 1) -> Tensor:
        """The raw scores of all patches as rows [B h w, d], image by image."""
        scores = super().score(discriminator, images, random, batches)
        return tf.reshape(scores, [-1, scores.shape[-1]])

    def critic(self, discriminator: keras.Model) -> Callable:
        return lambda x: ops.mean(discriminator(x, training=True), (1, 2))

    def export(self, folder: Path) -> None:
        """Writes both translators and discriminators, one file each."""
        for name, net in named(self.domains, self.translators).items():
            save_model(folder / f"{name}.keras", net)
        for name, net in zip(self.domains, self.discriminators, strict=True):
            save_model(folder / f"discriminator_{name}.keras", net)


def named(domains: Sequence[str], translators: Sequence[keras.Model]) -> dict[str, keras.Model]:
    """The two translators as A_to_B and B_to_A."""
    return {f"{domains[1 - k]}_to_{domains[k]}": translators[k] for k in (1, 0)}


def translators_for(config: Config, image_shape: tuple[int, ...]) -> list[keras.Model]:
    """The translators of a run, built anew; their weights follow from the seed. The k-th makes
    images of domain k. Raises UserError for images that they cannot take."""
    keras.utils.set_random_seed(config.experiment.seed)
    nets = config.nets
    return [build_translator(image_shape, blocks=nets.blocks, width=nets.width,
                             upsampling=nets.upsampling, name=f"translator{k}",
                             precision=config.device.precision) for k in (1, 2)]


@in_strategy_scope
def build(config: Config, domains: Sequence[Domain]) -> CycleTrainer:
    """The trainer of a CycleGAN over two domains of images. Raises UserError where their images
    and the nets do not fit each other."""
    training, loss, nets = config.training, config.loss, config.nets
    shape, steps = domains[0].images.shape[1:], training.discriminator_steps
    translators = translators_for(config, shape)
    critics = [build_patch_critic(shape, halvings=nets.patch_halvings, name=f"discriminator{k}",
                                  width=nets.width_d or nets.width,
                                  norm=discriminator_norm(nets, loss),
                                  outputs=discriminator_outputs(loss, nets)) for k in (1, 2)]
    adversarial, penalty, scale = objective(loss, critics[0].output_shape[-1],
                                            config.experiment.seed)
    return CycleTrainer(
        [d.name for d in domains], translators, critics,
        pools=[ImagePool(training.pool, shape, f"pool{k}") for k in (1, 2)],
        g_optimizer=scaling_optimizer(training, training.lr_g, config.device.precision),
        d_optimizer=optimizer(training, training.lr_d, steps=steps),
        adversarial_weight=loss.adversarial_weight, cycle_weight=loss.cycle_lambda,
        identity_weight=loss.cycle_lambda * loss.identity_share, jitter=training.jitter,
        loss=adversarial, penalty=penalty, scale=scale, discriminator_steps=steps,
        penalty_weight=scheduled(loss.penalty_weight, loss.penalty_end, training, steps),
        penalty_every=loss.penalty_every, augmentation=augmentation_for(loss),
        clip=clip_bound(training.clip, loss, nets), instance_noise=loss.instance_noise,
        weight_decay=training.weight_decay, seed=config.experiment.seed)


def held_out_or_own(config: Config, domains: Sequence[Domain] = ()) -> Sequence[Domain]:
    """The held-out images of the run's domains, where there are any; else `domains`, which are
    loaded if they are not given."""
    with suppress(UserError):
        return load_domains(config, "test")
    return domains or load_domains(config)


def shown_images(domains: Sequence[Domain], count: int, seed: int) -> list[np.ndarray]:
    """Images of each domain for a picture, float32 [count, H, W, C] in [-1, 1]: a choice that
    follows from the seed, begun again where there are fewer."""
    orders = [np.random.default_rng([seed, k]).permutation(len(d)) for k, d in enumerate(domains)]
    return [to_unit(np.asarray(d.images[np.resize(order, count)]))
            for d, order in zip(domains, orders, strict=True)]


def picture_of(domains: Sequence[str], images: Sequence[np.ndarray],
               translated: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Real images of both domains, each above its translation. images, translated: of domain 0
    and 1, and what these became in the other."""
    rows = [part for pair in zip(images, translated, strict=True) for part in pair]
    names = [domains[0], f"to {domains[1]}", domains[1], f"to {domains[0]}"]
    return image_grid(rows, columns, enlargement(images[0].shape[1]), layout="pairs", names=names)


def sample_picture(trainer: CycleTrainer, config: Config, domains: Sequence[Domain]) -> Picture:
    """A function that draws held-out images above what the translators make of them now."""
    columns, names = config.output.sample_columns, trainer.domains
    images = shown_images(held_out_or_own(config, domains), columns, config.experiment.seed)
    draw = [compiled(lambda x, net=net: net(x, training=False))
            for net in reversed(trainer.translators)]
    return lambda: picture_of(names, images, [np.asarray(net(x)) for net, x in
                                              zip(draw, images, strict=True)], columns)


@TRAINERS.register("cyclegan")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A CycleGAN for the loop. Raises UserError where images and nets do not fit each other."""
    trainer = build(config, domains)
    return Training(trainer, batches_for(config, domains, config.training.discriminator_steps),
                    sample_picture(trainer, config, domains))

"""The adversarial iteration for K domains: GAN, CoGAN and SCoGAN are this one loop.

They differ in how their nets share layers and in which couplings are summed, not in the
iteration (thesis algorithm 1, eq. 3.1 and 4.1-4.3).
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from framework.checkpoint import save_model
from framework.latents import DISTRIBUTIONS
from framework.pixels import to_unit_tensor
from framework.random import Random
from framework.tensors import Tensor
from nets.build import image_model, join_generators
from nets.fast import sub_batches
from penalties.couplings import Coupling
from trainers.augmentation import Augmentation
from trainers.balance import LossBalancer, ramp
from trainers.class_head import ClassHead
from trainers.conditional import concat_label, one_hot_labels
from trainers.discriminating import DiscriminatorPlayer, take_step
from trainers.generator_outputs import GeneratorOutputs
from trainers.image_sampler import ImageSampler, generate
from trainers.moving_average import MovingAverage
from trainers.optimizers import optimizer_state
from trainers.variables import all_variables, l2, trained_variables

MAX_GENERATED_IMAGES = 256      # of one generator call for the discriminators: bounds memory


class AdversarialTrainer(DiscriminatorPlayer):
    """One iteration: `discriminator_steps` updates of all critics, then one of all generators.

    All critics form one player and all generators (with the nets their couplings train)
    another; each player has one optimizer and takes one step along the gradient of its joint
    loss, so a shared layer is updated once (eq. 3.1). Critics that have nothing to learn take
    no steps: moment matching is this iteration with `discriminator_steps` 0.

    domains: K names, for the log. generators, discriminators: K Keras models each. loss: an object
    of `losses.adversarial` or `losses.mmd`. penalty: a function of a critic and of those of
    real, fake and alpha that it has parameters for, or None; taken in every `penalty_every`-th
    step. penalty_weight: a number, or a function of the steps that the critics took. scale: a
    function of (critic, real, signs) to the factor of both players' loss, as scaled MMD has it,
    or None.
    augmentation: what changes all that the discriminators see, or None.
    couplings: `penalties.couplings.Coupling`s, each ramped up over `warmup` iterations. leader:
    number of the domain, from 1 on, whose generator does not change by what they compare, or 0.
    leader_frozen: whether it does not change at all, so that its discriminator has nothing to do.
    head: a classifier on the discriminators' rows, which learns with them; its batches are pairs of
    a batch and the classes of the first domain's images, or None.
    balance: a `trainers.balance.LossBalancer` that finds the weights of some of them, or None.
    averaged: K further generators that keep an exponential moving average with rate `ema`,
    or None. classes: length of the code that generators and critics are told, 0 for none
    (`trainers.conditional`). clip: bound of every critic weight after a critic update, 0 for
    none.
    """

    def __init__(self, domains: Sequence[str], generators: list[keras.Model],
                 discriminators: list[keras.Model], *, loss: Any,
                 g_optimizer: keras.optimizers.Optimizer,
                 d_optimizer: keras.optimizers.Optimizer, latent: str = "uniform",
                 discriminator_steps: int = 1, penalty: Callable | None = None,
                 penalty_weight: float | Callable = 10.0, penalty_every: int = 1,
                 scale: Callable | None = None,
                 augmentation: Augmentation | None = None,
                 couplings: Sequence[Coupling] = (), balance: LossBalancer | None = None,
                 warmup: int = 0, leader: int = 0, leader_frozen: bool = False,
                 head: ClassHead | None = None, averaged: list[keras.Model] | None = None,
                 ema: float = 0.0, classes: int = 0, clip: float = 0.0,
                 instance_noise: float = 0.0, weight_decay: float = 0.0, seed: int = 0):
        learners = [k for k in range(len(generators)) if not (leader_frozen and k == leader - 1)]
        super().__init__(
            domains, discriminators, loss=loss, d_optimizer=d_optimizer, learners=learners,
            discriminator_steps=discriminator_steps, penalty=penalty,
            penalty_weight=penalty_weight, penalty_every=penalty_every, scale=scale,
            augmentation=augmentation, head=head, classes=classes, clip=clip,
            instance_noise=instance_noise, weight_decay=weight_decay)
        self.generators, self.generator = generators, join_generators(generators)
        self.couplings, self.balance = couplings, balance
        self.warmup, self.leader = warmup, leader
        self.latent_dim = self.generator.input_shape[-1] - classes
        self.latent, self.seed = DISTRIBUTIONS[latent], seed
        self.average = (MovingAverage(self.generator, join_generators(averaged), ema)
                        if averaged else None)
        learning = [generators[k] for k in learners]
        self.learning = join_generators(learning) if leader_frozen else self.generator
        nets = [net for c in couplings for net in c.nets]
        self.g_nets = [*generators, *nets]
        self.g_variables = trained_variables([*learning, *nets])
        self.g_optimizer = g_optimizer
        g_optimizer.build(self.g_variables)
        self.sampled = averaged or generators
        self.sample = ImageSampler(self.average.model if self.average else self.generator)

    def state(self) -> dict[str, list]:
        """Everything a checkpoint must hold to go on exactly."""
        averaged = self.average.model.variables if self.average else []
        balance = {"balance": self.balance.variables} if self.balance else {}
        return {"generators": all_variables(self.g_nets), "averaged": averaged,
                **optimizer_state("g_optimizer", self.g_optimizer),
                **self.discriminator_state()} | balance

    def iterate(self, iteration: Tensor, batch: Any) -> dict[str, Tensor]:
        """Runs iteration number `iteration` and returns its terms, a dict of scalars.

        batch: K tensors [discriminator_steps, B, ...], uint8 images or float32 points; of a trainer
        with `classes` a pair of these and of K tensors of labels [discriminator_steps, B].
        """
        random = Random(self.seed, iteration)
        batch, classes = batch if self.head else (batch, None)
        real, labels = self.unpack_batch(batch)
        fakes = self.generate_fakes(random, real, labels)
        d_terms = self.update_discriminators(random, real, labels, fakes, classes)
        # Else the graph may run this pass beside the discriminators' and hold its memory too.
        with tf.control_dependencies([*d_terms.values()]):
            real, labels = take_step(-1, (real, labels))
            z = tf.identity(self.draw_latents(random, real[0], labels[0]))
        g_terms = self.generator_step(random, iteration, z, real, labels)
        if self.average:
            self.average.update(iteration)
        return d_terms | g_terms

    def unpack_batch(self, batch: Any) -> tuple[list, list]:
        """Images in [-1, 1] and one-hot labels of a batch, K of each, over its steps; the labels
        are None where the nets are not conditioned on them."""
        images, classes = batch if self.classes else (batch, None)
        labels = [one_hot_labels(y, self.classes) for y in classes] if classes else (
            [None] * len(images))
        return [to_unit_tensor(x) for x in images], labels

    def generate_fakes(self, random: Random, real: list[Tensor], labels: list) -> list:
        """What the discriminators are shown in their steps: tensors [steps, B, ...] of images, one
        for each domain that learns.

        The generators do not change between the steps, so few calls make them all, of at most
        MAX_GENERATED_IMAGES each; batch norm sees every step's batch apart.
        """
        z = [self.draw_latents(random, *take_step(step, (real[0], labels[0])))
             for step in range(self.discriminator_steps)]
        most = max(1, MAX_GENERATED_IMAGES // (real[0].shape[1] or MAX_GENERATED_IMAGES))
        calls = []
        for some in (z[i:i + most] for i in range(0, len(z), most)):
            with sub_batches(len(some)):
                outputs = generate(self.learning, tf.concat(some, 0), True)
            calls.append([tf.reshape(each["image"], [len(some), -1, *each["image"].shape[1:]])
                          for each in outputs])
        return [tf.concat(images, 0) for images in zip(*calls, strict=True)]

    def generator_step(self, random: Random, iteration: Tensor, z: Tensor, real: list[Tensor],
                       labels: list) -> dict:
        """One update of all generators, with the nets that their couplings train (algorithm 1,
        the outer loop; eq. 3.1 and the couplings of eq. 4.1 to 4.5).

        z: [B, latent_dim], followed by the label where there is one. real: K tensors
        [B, H, W, C] in [-1, 1] of the last discriminator step. Returns the terms by name: g/ of
        each domain, every coupling as it is, and weighted/ as it enters the loss.
        """
        terms = {}
        with tf.GradientTape() as tape:
            outputs = self.generator_outputs(z, real, random)
            # What the discriminators think of the images.
            for name, discriminator, x, y in self.discriminator_inputs(
                    real, labels, [outputs.images[k] for k in self.learners]):
                real_scores = self.score(discriminator, x, random) if self.loss.needs_real else None
                terms[f"g/{name}"] = self.loss.generator(
                    real_scores, self.score(discriminator, y, random))
                if self.scale:
                    terms[f"g/{name}"] *= self.scaling(discriminator, x, random)
            # What makes the domains' images of one z a pair.
            led = outputs.led_by(self.leader)
            raw = {coupling.name: coupling.term(led if coupling.compares else outputs)
                   for coupling in self.couplings}
            weighted = self.weighted_couplings(iteration, terms.values(), raw)
            loss: Tensor = sum(terms.values()) + sum(weighted.values())
            loss += self.weight_decay * l2(self.g_variables) if self.weight_decay else 0.0
            loss = self.g_optimizer.scale_loss(loss)
        self.g_optimizer.apply(tape.gradient(loss, self.g_variables), self.g_variables)
        return terms | raw | weighted

    def generator_outputs(self, z: Tensor, real: list[Tensor],
                          random: Random) -> GeneratorOutputs:
        """What all generators make of z while training; a frozen leader draws as it samples."""
        made = dict(zip(self.learners, generate(self.learning, z, True), strict=True))
        outputs = [made[k] if k in made else generate(net, z, False)[0]
                   for k, net in enumerate(self.generators)]
        return GeneratorOutputs(z, [each["image"] for each in outputs],
                                [each["features"] for each in outputs], real, random)

    def weighted_couplings(self, iteration: Tensor, adversarial: Iterable[Tensor],
                           raw: dict[str, Tensor]) -> dict:
        """The couplings' terms as they enter the loss, under weighted/ and their names."""
        weights = {coupling.name: coupling.weight for coupling in self.couplings}
        if self.balance:
            weights |= self.balance(iteration, adversarial, raw)
        return {f"weighted/{name}": ramp(iteration, self.warmup) * weights[name] * value
                for name, value in raw.items()}

    def draw_latents(self, random: Random, real: Tensor, label: Tensor | None = None) -> Tensor:
        """Latents for a batch as large as `real`, with the labels of the first domain's images:
        so its classes are drawn as often as the data have them."""
        return concat_label(self.latent(random, [tf.shape(real)[0], self.latent_dim]), label)

    def export(self, folder: Path) -> None:
        """Writes nets that plain Keras loads, one file each: every generator as z -> image,
        the joint generator whose shared layers stay shared, the critics, the couplings' nets.
        """
        nets = {f"generator_{name}": image_model(net) for name, net in
                zip(self.domains, self.sampled, strict=True)}
        nets |= {"generators": join_generators(self.sampled)}
        nets |= {f"discriminator_{name}": net for name, net in
                 zip(self.domains, self.discriminators, strict=True) if net.variables}
        nets |= {c.name: net for c in self.couplings for net in c.nets}
        for name, net in nets.items():
            save_model(folder / f"{name}.keras", net)

"""The adversarial iteration for K domains: GAN, CoGAN and SCoGAN are this one loop.

They differ in how their nets share layers and in which couplings are summed, not in the
iteration (thesis algorithm 1, eq. 3.1 and 4.1-4.3).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from framework.checkpoint import save_model
from framework.latents import DISTRIBUTIONS
from framework.pixels import to_unit_tensor
from framework.random import Random
from framework.registry import called_with
from framework.tensors import Tensor
from nets.build import image_model, join_generators
from nets.fast import sub_batches
from penalties.couplings import Coupling
from trainers.augmentation import Augmentation
from trainers.balance import LossBalancer, ramp
from trainers.class_head import ClassHead
from trainers.conditional import concat_label, concat_label_channels, one_hot_labels
from trainers.generator_outputs import GeneratorOutputs
from trainers.image_sampler import ImageSampler, generate
from trainers.moving_average import MovingAverage
from trainers.optimizers import optimizer_state
from trainers.variables import all_variables, l2, trained_variables

MAX_GENERATED_IMAGES = 256      # of one generator call for the discriminators: bounds memory


def take_step(step: Any, batches: Any) -> Any:
    """A structure of tensors [steps, ...], or None, at one step."""
    return tf.nest.map_structure(lambda x: None if x is None else x[step], batches)


class AdversarialTrainer:
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
        self.domains, self.generators, self.discriminators = domains, generators, discriminators
        self.generator = join_generators(generators)
        self.loss, self.penalty, self.penalty_weight = loss, penalty, penalty_weight
        self.penalty_every, self.augmentation = penalty_every, augmentation
        self.scale = scale
        self.couplings, self.balance = couplings, balance
        self.warmup, self.leader = warmup, leader
        self.latent_dim, self.classes = self.generator.input_shape[-1] - classes, classes
        self.latent, self.seed = DISTRIBUTIONS[latent], seed
        self.discriminator_steps = discriminator_steps
        self.clip, self.instance_noise, self.weight_decay = clip, instance_noise, weight_decay
        self.average = (MovingAverage(self.generator, join_generators(averaged), ema)
                        if averaged else None)
        self.learners = [k for k in range(len(generators))
                         if not (leader_frozen and k == leader - 1)]
        learning = [generators[k] for k in self.learners]
        self.learning = join_generators(learning) if leader_frozen else self.generator
        nets = [net for c in couplings for net in c.nets]
        self.g_nets = [*generators, *nets]
        self.g_variables = trained_variables([*learning, *nets])
        self.head, self.d_nets = head, [*discriminators, *(head.nets if head else [])]
        learning = [discriminators[k] for k in self.learners]
        self.d_variables = trained_variables([*learning, *self.d_nets[len(discriminators):]])
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        g_optimizer.build(self.g_variables)
        d_optimizer.build(self.d_variables)
        kinds = ["d", *(["scale"] if scale else []), *(["penalty"] if penalty else [])]
        self.discriminator_terms = [f"{kind}/{domains[k]}" for k in self.learners
                                    for kind in kinds if discriminator_steps]
        if head:
            self.discriminator_terms += [f"class/{domains[0]}"]
            self.discriminator_terms += ["class/pairs"] * bool(head.pairs_weight)
        self.sampled = averaged or generators
        self.sample = ImageSampler(self.average.model if self.average else self.generator)

    def state(self) -> dict[str, list]:
        """Everything a checkpoint must hold to go on exactly."""
        averaged = self.average.model.variables if self.average else []
        balance = {"balance": self.balance.variables} if self.balance else {}
        augmentation = {"augmentation": self.augmentation.variables} if self.augmentation else {}
        return {"generators": all_variables(self.g_nets), "averaged": averaged,
                "discriminators": all_variables(self.d_nets),
                **optimizer_state("g_optimizer", self.g_optimizer),
                "d_optimizer": self.d_optimizer.variables} | balance | augmentation

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

    def update_discriminators(self, random: Random, real: list[Tensor], labels: list,
                              fakes: list[Tensor], classes: Tensor | None) -> dict:
        """All `discriminator_steps` updates of the discriminators; the terms of the last one.

        A loop of the graph, so that one update is traced and optimized and not all of them; on
        several devices written out, since optimizers do not meet there inside of a loop.
        """
        def update(step, drawn, _):
            random.drawn = drawn
            terms = self.discriminator_step(
                random, *take_step(step, (real, labels, fakes, classes)))
            return step + 1, random.drawn, terms

        state = 0, random.drawn, {name: tf.zeros([]) for name in self.discriminator_terms}
        if self.discriminator_steps > 1 and not tf.distribute.has_strategy():
            state = tf.while_loop(lambda step, *_: step < self.discriminator_steps, update, state)
        else:
            for _ in range(self.discriminator_steps):
                state = update(*state)
        _, random.drawn, terms = state
        return terms

    def discriminator_step(self, random: Random, real: list[Tensor], labels: list,
                           fake: list[Tensor], classes: Tensor | None = None) -> dict:
        """One update of all discriminators along the gradient of their joint loss (eq. 3.1;
        algorithm 1, the inner loop).

        real: K tensors [B, H, W, C] in [-1, 1], or points; fake: one for each domain that learns.
        labels: K tensors [B, classes] or None. classes: [B], of the first domain's images, which
        the head learns. Returns the terms by name, scalars.
        """
        terms = {}
        with tf.GradientTape() as tape:
            for name, discriminator, x, y in self.discriminator_inputs(real, labels, fake):
                # What tells the domain's real images from the generated ones.
                real_scores, fake_scores = self.score_both(discriminator, x, y, random)
                if self.augmentation:
                    self.augmentation.follow(real_scores, fake_scores, self.loss.needs_real)
                terms[f"d/{name}"] = self.loss.discriminator(real_scores, fake_scores)
                if self.scale:
                    terms[f"scale/{name}"] = self.scaling(discriminator, x, random)
                    terms[f"d/{name}"] *= terms[f"scale/{name}"]
                # What keeps the discriminator smooth.
                if self.penalty:
                    terms[f"penalty/{name}"] = self.penalise(discriminator, x, y, random)
            # The joint loss: shared layers take one step along the sum over the domains.
            names = [self.domains[k] for k in self.learners]
            loss: Tensor = sum(terms[f"d/{name}"] for name in names)
            if self.penalty:
                loss += self.weight_of_penalty() * sum(terms[f"penalty/{name}"] for name in names)
            # What the rows that the domains share know of the first one's classes.
            if self.head:
                seen = self.seen(concat_label_channels(real[0], labels[0]), random)
                terms[f"class/{self.domains[0]}"] = self.head.of_source(seen, classes)
                loss += self.head.weight * terms[f"class/{self.domains[0]}"]
            if self.head and self.head.pairs_weight:
                terms["class/pairs"] = self.head.of_pairs(
                    [self.seen(concat_label_channels(y, labels[0]), random) for y in fake])
                loss += self.head.pairs_weight * terms["class/pairs"]
            loss += self.weight_decay * l2(self.d_variables) if self.weight_decay else 0.0
        self.d_optimizer.apply(tape.gradient(loss, self.d_variables), self.d_variables)
        if self.clip:
            for v in self.d_variables:
                v.assign(ops.clip(v, -self.clip, self.clip))
        return terms

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

    def discriminator_inputs(self, real: list[Tensor], labels: list,
                             fake: list[Tensor]) -> list[tuple]:
        """(name, discriminator, real, fake) of each domain that learns, both as the discriminator
        sees them: the real with their own label, the generated with the one that they were drawn
        for. real, labels: of K domains; fake: of those that learn."""
        return [(self.domains[k], self.discriminators[k], concat_label_channels(real[k], labels[k]),
                 concat_label_channels(y, labels[0]))
                for k, y in zip(self.learners, fake, strict=True)]

    def score(self, discriminator: keras.Model, images: Tensor, random: Random,
              batches: int = 1) -> Tensor:
        """The critic's raw scores [B, 1] of `images`, `batches` batches one after the other, seen
        through the augmentation and the instance noise."""
        return discriminator(self.seen(images, random, batches), training=True)

    def seen(self, images: Tensor, random: Random, batches: int = 1) -> Tensor:
        """The images as discriminators see them: changed at random, and through noise."""
        images = self.augmented(images, random, batches)
        if self.instance_noise:
            images = images + random.normal(tf.shape(images), self.instance_noise, batches)
        return images

    def augmented(self, images: Tensor, random: Random, batches: int = 1) -> Tensor:
        """The images changed at random, but for the label's channels behind theirs."""
        if self.augmentation is None:
            return images
        channels = images.shape[-1] - self.classes
        changed = self.augmentation(images[..., :channels], random, batches)
        return tf.concat([changed, images[..., channels:]], -1) if self.classes else changed

    def score_both(self, discriminator: keras.Model, real: Tensor, fake: Tensor,
                   random: Random) -> list[Tensor]:
        """The critic's scores of real and of fake images, in one call of twice the batch, of
        which batch norm sees each half apart."""
        with sub_batches(2):
            return tf.split(self.score(discriminator, tf.concat([real, fake], 0), random, 2), 2)

    def penalise(self, discriminator: keras.Model, real: Tensor, fake: Tensor,
                 random: Random) -> Tensor:
        """The penalty of this discriminator. Lazily, where `penalty_every` is above 1: in that
        step alone, and as many times as strong (Karras et al. 2020, section 3.1)."""
        alpha = random.uniform([tf.shape(real)[0]])
        real, fake = self.augmented(real, random), self.augmented(fake, random)
        penalty = self.penalty
        assert penalty is not None
        steps: Any = self.d_optimizer.iterations

        def term():
            return called_with(partial(penalty, partial(discriminator, training=True)),
                               {"real": real, "fake": fake, "alpha": alpha})
        if self.penalty_every == 1:
            return term()
        due = steps.value % self.penalty_every == 0
        return tf.cond(due, lambda: self.penalty_every * term(), lambda: tf.zeros([]))

    def weight_of_penalty(self) -> Any:
        """What the penalties are multiplied by in this step."""
        steps: Any = self.d_optimizer.iterations
        weight = self.penalty_weight
        return weight(steps.value) if callable(weight) else weight

    def scaling(self, discriminator: keras.Model, real: Tensor, random: Random) -> Tensor:
        """The factor that `scale` gives for this critic and the real minibatch alone."""
        signs = random.signs([tf.shape(real)[0], discriminator.output_shape[-1]])
        assert self.scale is not None
        return self.scale(partial(discriminator, training=True), real=real, signs=signs)

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

"""The discriminators of a run as one player, and its updates: whatever made what they judge."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from framework.random import Random
from framework.registry import called_with
from framework.tensors import Tensor
from nets.fast import sub_batches
from trainers.augmentation import Augmentation
from trainers.class_head import ClassHead
from trainers.conditional import concat_label_channels
from trainers.variables import all_variables, l2, trained_variables


def take_step(step: Any, batches: Any) -> Any:
    """A structure of tensors [steps, ...], or None, at one step."""
    return tf.nest.map_structure(lambda x: None if x is None else x[step], batches)


class DiscriminatorPlayer:
    """All discriminators, which take `discriminator_steps` steps along the gradient of their joint
    loss in an iteration. What `trainers.gan.AdversarialTrainer` says of its arguments holds here.

    learners: the numbers of the domains whose discriminators learn; the others stay as they are.
    """

    def __init__(self, domains: Sequence[str], discriminators: list[keras.Model], *, loss: Any,
                 d_optimizer: keras.optimizers.Optimizer, learners: Sequence[int],
                 discriminator_steps: int = 1, penalty: Callable | None = None,
                 penalty_weight: float | Callable = 10.0, penalty_every: int = 1,
                 scale: Callable | None = None, augmentation: Augmentation | None = None,
                 head: ClassHead | None = None, classes: int = 0, clip: float = 0.0,
                 instance_noise: float = 0.0, weight_decay: float = 0.0):
        self.domains, self.discriminators, self.loss = domains, discriminators, loss
        self.penalty, self.penalty_weight = penalty, penalty_weight
        self.penalty_every, self.augmentation, self.scale = penalty_every, augmentation, scale
        self.discriminator_steps, self.classes = discriminator_steps, classes
        self.clip, self.instance_noise, self.weight_decay = clip, instance_noise, weight_decay
        self.learners = learners
        self.head, self.d_nets = head, [*discriminators, *(head.nets if head else [])]
        learning = [discriminators[k] for k in learners]
        self.d_variables = trained_variables([*learning, *self.d_nets[len(discriminators):]])
        self.d_optimizer = d_optimizer
        d_optimizer.build(self.d_variables)
        kinds = ["d", *(["scale"] if scale else []), *(["penalty"] if penalty else [])]
        self.discriminator_terms = [f"{kind}/{domains[k]}" for k in learners
                                    for kind in kinds if discriminator_steps]
        if head:
            self.discriminator_terms += [f"class/{domains[0]}"]
            self.discriminator_terms += ["class/pairs"] * bool(head.pairs_weight)

    def discriminator_state(self) -> dict[str, list]:
        """What a checkpoint must hold of this player."""
        augmentation = {"augmentation": self.augmentation.variables} if self.augmentation else {}
        return {"discriminators": all_variables(self.d_nets),
                "d_optimizer": self.d_optimizer.variables} | augmentation

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
                    self.augmentation.follow(real_scores, fake_scores, self.loss.needs_real,
                                             tf.shape(x)[0])
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
            return called_with(partial(penalty, self.critic(discriminator)),
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
        return self.scale(self.critic(discriminator), real=real, signs=signs)

    def critic(self, discriminator: keras.Model) -> Callable:
        """The discriminator as penalties and scales read it: images to scores [B, d], the images
        each by itself."""
        return partial(discriminator, training=True)

"""The iteration as the SCoGAN thesis lists it (6.12-6.16): a baseline, run op by op.

Everything that a reader of the listings would write is written that way here, in our own
words: each domain has its own tape, critic calls for real and for generated images and
optimizer; the domains come one after the other; every critic update draws new latents and has
every generator draw from them; rows that generators share are computed for each; the couplings
stand in every generator's loss and each net is called once for every domain and term. Nets,
losses, penalties and couplings are those of the run, but the generators are made of Keras's own
layers. Left out is what the listings do not have: averaged weights, weight decay, clipping,
instance noise.
"""

from contextlib import ExitStack
from functools import partial

import tensorflow as tf

from data.augment import add_noise, augment
from framework.checkpoint import plain
from framework.latents import DISTRIBUTIONS
from framework.pixels import to_unit_tensor
from framework.random import Random
from nets.build import join_generators, split_generators
from penalties.couplings import active_couplings
from trainers.coupled import discriminators_for, generators_for
from trainers.generator_outputs import GeneratorOutputs
from trainers.objectives import objective
from trainers.optimizers import optimizer


class Separately(GeneratorOutputs):
    """What the generators made, read anew by whoever asks, one domain after the other."""

    def _once(self, net, images, views=(), noise=0.0):
        return [net(add_noise(augment(x, views, self.random), noise, self.random))
                for x in images]


class Listing:
    """`iterate(iteration, batch)` as `trainers.gan.AdversarialTrainer` has it."""

    def __init__(self, config, domains, frozen):
        count, shape = len(domains), domains[0].images.shape[1:]
        self.config, self.names = config, [d.name for d in domains]
        joint = join_generators(generators_for(config, count, shape))
        self.generators = split_generators(plain(joint))
        self.discriminators = discriminators_for(config, count, shape)
        outputs = self.discriminators[0].output_shape[-1]
        self.loss, self.penalty, _ = objective(config.loss, outputs, config.experiment.seed)
        self.couplings = active_couplings(config.values(), self.generators, frozen)
        self.coupled = [net for coupling in self.couplings for net in coupling.nets]
        self.players = [*self.generators, *self.coupled]
        training = config.training
        self.g_optimizers = [optimizer(training, training.lr_g) for _ in self.players]
        self.d_optimizers = [optimizer(training, training.lr_d) for _ in self.discriminators]
        for net, of_net in zip([*self.players, *self.discriminators],
                               [*self.g_optimizers, *self.d_optimizers], strict=True):
            of_net.build(net.trainable_variables)

    def iterate(self, iteration, batch):
        """The inner loop over the critics and the update of the generators (algorithm 1)."""
        random, terms = Random(self.config.experiment.seed, iteration), {}
        for step in range(self.config.training.discriminator_steps):
            real = [to_unit_tensor(x[step]) for x in batch]
            noise = self.noise(random, real)
            for k in range(len(self.discriminators)):
                terms |= self.update_critic(k, real[k], noise, random)
        return terms | self.generator_step(random, [to_unit_tensor(x[-1]) for x in batch])

    def noise(self, random, real):
        size = [tf.shape(real[0])[0], self.config.training.latent_dim]
        return DISTRIBUTIONS[self.config.training.latent](random, size)

    def update_critic(self, k: int, real, noise, random):
        """Listing 6.12."""
        discriminator, name = self.discriminators[k], self.names[k]
        fake = self.generators[k](noise, training=True)["image"]
        with tf.GradientTape() as tape:
            real_scores = discriminator(real, training=True)
            fake_scores = discriminator(fake, training=True)
            loss = self.loss.discriminator(real_scores, fake_scores)
            penalty = self.penalty(partial(discriminator, training=True), real=real, fake=fake,
                                   alpha=random.uniform([tf.shape(real)[0]])
                                   ) if self.penalty else 0.0
            loss += self.config.loss.penalty_weight * penalty
        variables = discriminator.trainable_variables
        self.d_optimizers[k].apply(tape.gradient(loss, variables), variables)
        return {f"d/{name}": loss}

    def generator_step(self, random, real):
        """Listings 6.13, 6.15 and 6.16: a tape for every net that learns."""
        noise = self.noise(random, real)
        with ExitStack() as stack:
            tapes = [stack.enter_context(tf.GradientTape()) for _ in self.players]
            made = [generator(noise, training=True) for generator in self.generators]
            produced = Separately(noise, [m["image"] for m in made],
                                  [m["features"] for m in made], real)
            adversarial = [self.adversarial(discriminator, x, fake) for discriminator, x, fake in
                           zip(self.discriminators, real, produced.images, strict=True)]
            coupled = sum(c.weight * c.term(produced) for c in self.couplings)
            losses = [loss + coupled for loss in adversarial] + [coupled] * len(self.coupled)
        for net, of_net, tape, loss in zip(self.players, self.g_optimizers, tapes, losses,
                                           strict=True):
            variables = net.trainable_variables
            of_net.apply(tape.gradient(loss, variables), variables)
        return {f"g/{name}": loss for name, loss in zip(self.names, losses, strict=False)}

    def adversarial(self, discriminator, real, fake):
        real_scores = discriminator(real, training=True) if self.loss.needs_real else None
        return self.loss.generator(real_scores, discriminator(fake, training=True))

"""An encoder of a trained run: from an image of a known domain to the latent that draws it.

E learns from the run's own pictures, whose latents are known: x = G_k(z), seen through noise,
    |E(x, k) - z|^2 + d(G_k(E(x, k)), x),
with d in pixels at several scales. Its rows are those of the run's first discriminator, and k comes
as further channels of the image. The second term says which part of z matters to the eye.
"""

import json
from pathlib import Path
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from config.kinds import has
from data.augment import add_noise
from framework.checkpoint import Checkpoints, restore_part
from framework.devices import compiled
from framework.files import remove, writable_folder, write_text
from framework.latents import DISTRIBUTIONS
from framework.progress import Bar
from framework.random import Random
from framework.tensors import Tensor
from losses.perceptual import mean_squared_difference
from losses.pyramid import pyramid_distance
from nets.architectures import DISCRIMINATORS
from nets.build import build_chain
from nets.tables import tables_of
from trainers.conditional import concat_label, concat_label_channels
from trainers.held_out import own_encoder
from trainers.restore import Sampler

FOLDER = "encoder"              # of a run's
BATCH = 32                      # latents of an iteration, each drawn in every domain
LEARNING_RATE = 1e-3
NOISE = 0.1                     # most of the standard deviation that images are seen through
LATENT_WEIGHT = 0.1             # of the first term
KEPT_EVERY = 500                # iterations
FITTED_TO = "fitted_to.json"    # beside its checkpoints: that of the run


class Encoder:
    """`encoder(images, numbers)`: what generators would read to draw images of the domains with
    these numbers, from 0 on."""

    def __init__(self, sampler: Sampler):
        training = sampler.config.training
        self.domains, self.classes = len(sampler.domains), sampler.classes
        self.latent, self.dim = training.latent, training.latent_dim
        table, *_ = tables_of(DISCRIMINATORS, sampler.config.nets.discriminator, self.domains,
                              sampler.image_shape)
        height, width, channels = sampler.image_shape
        keras.utils.set_random_seed(sampler.config.experiment.seed)
        self.net = build_chain(table, (height, width, channels + self.domains),
                               self.dim + self.classes, sampler.config.nets.width, "encoder")

    def __call__(self, images: Tensor, numbers: Tensor, training: bool = False) -> Tensor:
        """images: [B, H, W, C] in [-1, 1], numbers [B] -> [B, latent_dim], with the shares of the
        classes behind it, which sum to 1, where generators are told one."""
        domain = tf.one_hot(numbers, self.domains)
        found = tf.cast(self.net(concat_label_channels(images, domain), training=training),
                        tf.float32)
        z, logits = found[:, :self.dim], found[:, self.dim:]
        z = tf.tanh(z) if self.latent == "uniform" else z
        return tf.concat([z, tf.nn.softmax(logits)], 1) if self.classes else z


class EncoderTrainer:
    """Fits the encoder of the run that `sampler` draws from; batch i follows from (seed, i)."""

    def __init__(self, sampler: Sampler, seed: int = 0):
        self.sampler, self.seed, self.encoder = sampler, seed, Encoder(sampler)
        self.draw = DISTRIBUTIONS[sampler.config.training.latent]
        self.optimizer = keras.optimizers.Adam(LEARNING_RATE)
        self.optimizer.build(self.encoder.net.trainable_variables)
        self.folder = encoder_folder(sampler)
        self.checkpoints = Checkpoints(self.folder, {
            "encoder": self.encoder.net.variables, "optimizer": self.optimizer.variables})

    def fit(self, iterations: int, bar: Bar) -> int:
        """Takes the iterations that are left, and keeps the state now and then and at the end;
        begins anew where the run has another checkpoint by now. Returns how many are done, which
        may be more than are asked for."""
        if fitted_to(self.folder) != self.sampler.checkpoint:
            remove(self.folder)
            writable_folder(self.folder)
            write_text(self.folder / FITTED_TO,
                       json.dumps({"checkpoint": self.sampler.checkpoint}) + "\n")
        step, done = compiled(self.iterate), self.checkpoints.restore()
        bar.update(min(done, iterations))
        for i in range(done, iterations):
            step(tf.constant(i, tf.int64))
            if (i + 1) % KEPT_EVERY == 0 or i + 1 == iterations:
                self.checkpoints.check_finite(i + 1)
                self.checkpoints.save(i + 1)
            bar.update()
        return max(done, iterations)

    def iterate(self, iteration: Tensor) -> dict[str, Tensor]:
        """One step of Adam; the terms by name, scalars."""
        random, classes = Random(self.seed, iteration), self.sampler.classes
        z = self.draw(random, [BATCH, self.encoder.dim])
        turn = (tf.range(BATCH) + tf.cast(iteration, tf.int32)) % max(1, classes)
        inputs = concat_label(z, tf.one_hot(turn, classes) if classes else None)
        generators, count = self.sampler.generators, len(self.sampler.generators)
        drawn = tf.concat([net(inputs, training=False)["image"] for net in generators], 0)
        seen = add_noise(drawn, NOISE, random)
        with tf.GradientTape() as tape:
            # One batch of all domains, so that batch norm learns the statistics of them all.
            found = self.encoder(seen, tf.repeat(tf.range(count), BATCH), training=True)
            again = tf.concat([net(part, training=False)["image"] for net, part in zip(
                generators, tf.split(found, count), strict=True)], 0)
            terms = {"latent": mean_squared_difference(found, tf.tile(inputs, (count, 1))),
                     "image": tf.reduce_mean(pyramid_distance(again, drawn))}
            loss = LATENT_WEIGHT * terms["latent"] + terms["image"]
        variables = self.encoder.net.trainable_variables
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return terms


def encoder_folder(sampler: Sampler) -> Path:
    """Where the encoder of the sampler's run is kept."""
    return sampler.path / FOLDER


def fitted_to(folder: Path) -> int | None:
    """The checkpoint of the run that the encoder in `folder` was fitted to; None for no encoder."""
    try:
        return json.loads((folder / FITTED_TO).read_text(encoding="utf-8"))["checkpoint"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Encode(Protocol):
    """What `encoder_of` gives: images [N, H, W, C] of domain k to what generators read."""

    def __call__(self, images: np.ndarray, k: int) -> np.ndarray: ...


def fitted_encoder(sampler: Sampler) -> Encoder | None:
    """The run's fitted encoder; None where it has none, and, with a line, where it was fitted to
    another checkpoint of the run."""
    folder = encoder_folder(sampler)
    if (known := fitted_to(folder)) is None:
        return None
    if known != sampler.checkpoint:
        print(f"the encoder in {folder} was fitted to iteration {known} of the run, which is at "
              f"{sampler.checkpoint}: it is not used; fit-encoder makes it anew")
        return None
    encoder = Encoder(sampler)
    return encoder if restore_part(folder, {"encoder": encoder.net.variables}) else None


def encoder_of(sampler: Sampler) -> Encode | None:
    """`fitted_encoder` as a function of arrays, which gives the likeliest class as one-hot; of a
    run with a likelihood the encoder that learned with its generator."""
    if has(sampler.config.experiment.gan_type, "likelihood"):
        return own_encoder(sampler)
    encoder = fitted_encoder(sampler)
    if encoder is None:
        return None

    def encode(images: np.ndarray, k: int) -> np.ndarray:
        found = encoder(tf.constant(images), tf.fill([len(images)], k)).numpy()
        if encoder.classes:
            shares = found[:, encoder.dim:]
            found[:, encoder.dim:] = np.eye(encoder.classes)[shares.argmax(1)]
        return found
    return encode

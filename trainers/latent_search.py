"""The latent behind an image: what a run's generator has to read to draw it.

z is looked for by gradient descent from several starts (Zhu et al. 2016, arXiv 1609.03552, section
4.1) on the distance of the drawn image from the given one: in pixels at several scales, in the same
without contrast, so that faint strokes count, and in the rows of the discriminator that learned
beside the generator. z stays where the generators were trained: in [-1, 1] by clipping where it is
uniform, near the sphere of radius sqrt(latent_dim) by a term where it is normal.
"""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from config.kinds import has
from config.run import shown_checkpoint
from framework.checkpoint import restore_part
from framework.devices import compiled
from framework.tensors import Tensor
from losses.pyramid import LEAST_VARIANCE, mean_square, pyramid_distance, without_contrast
from nets.build import row_outputs
from trainers.conditional import concat_label_channels
from trainers.coupled import discriminators_for
from trainers.restore import Sampler
from trainers.variables import all_variables

BATCH = 32                      # images that are matched at once
LEARNING_RATE = 0.1             # of Adam on z; it falls to a tenth along a line
BETA_1, BETA_2 = 0.9, 0.99
SCOUTING = 0.25                 # share of the steps that all starts take
STROKE_STARTS = 4               # latents that the search for strokes begins from, for each found
REAL_WEIGHT = 0.3               # of the discriminator's score, beside the distance from strokes
LENGTH_WEIGHT = 1.0             # of (|z|^2 / its mean - 1)^2, beside the same
LEAST_SPREAD = 1e-6             # of scores that divides others
NORMAL_WEIGHT = 0.01            # of (|z|^2 / latent_dim - 1)^2

Features = Callable[[Tensor, Tensor], list]         # images and their labels or None -> rows


class Match(NamedTuple):
    """What a search found for N images.

    inputs: what generators read, [N, latent_dim], in a conditional run with the label behind it.
    unmatched: [N], the share of the image's variance that the drawn image leaves: 0 is the image
    itself, 1 no better than a plain one of the same mean colour.
    """

    inputs: np.ndarray
    unmatched: np.ndarray


class LatentSearch:
    """`search(images)` finds the latents of images of a domain of a run.

    source: number of the domain, from 0 on. starts: latents of each image that take a quarter of
    the `iterations`, in a conditional run at least one for each class; the best of them takes the
    rest. encode: from images to inputs that are the first start, or, with no iterations, what is
    found; or None. seed: of other starts.
    """

    def __init__(self, sampler: Sampler, source: int, *, starts: int = 8, iterations: int = 200,
                 encode: Callable[[np.ndarray], np.ndarray] | None = None, seed: int = 1):
        self.sampler, self.source, self.encode, self.seed = sampler, source, encode, seed
        self.starts, self.iterations = max(starts, sampler.classes), iterations
        scouting = max(1, round(SCOUTING * iterations))
        features = discriminator_features(sampler, source)
        self.scouts, self.finish = (
            Descent(sampler, source, features, count, steps) for count, steps in (
                (BATCH * self.starts, scouting), (BATCH, iterations - scouting)))

    def __call__(self, images: np.ndarray) -> Match:
        """The match of images float32 [N, H, W, C] in [-1, 1]."""
        found = [self._match(images[i:i + BATCH]) for i in range(0, len(images), BATCH)]
        return Match(*map(np.concatenate, zip(*found, strict=True)))

    def _match(self, images: np.ndarray) -> Match:
        if not self.iterations and self.encode:
            return self.match(self.encode(images), images)
        whole = np.resize(images, (BATCH, *images.shape[1:]))       # repeats them up to a batch
        inputs, distance = self.scouts(whole.repeat(self.starts, 0), self._starts(whole))
        best = np.arange(BATCH) * self.starts + distance.reshape(BATCH, -1).argmin(1)
        return self.match(self.finish(whole, inputs[best])[0][:len(images)], images)

    def match(self, inputs: np.ndarray, images: np.ndarray) -> Match:
        """How well the inputs [N, ...] draw the images [N, H, W, C]."""
        return Match(inputs, unmatched_share(self.sampler.draw(inputs)[self.source], images))

    def _starts(self, images: np.ndarray) -> np.ndarray:
        """What the generator reads first, [BATCH * starts, ...]: the starts of an image in turn."""
        inputs = np.array(self.sampler.inputs(BATCH * self.starts, self.seed))
        if self.encode:
            inputs[::self.starts] = self.encode(images)
        return inputs


def unmatched_share(drawn: np.ndarray, images: np.ndarray) -> np.ndarray:
    """What share of the variance of each of the images [N, H, W, C] those drawn leave: [N]."""
    variance = images.var((1, 2)).mean(-1)
    return np.square(drawn - images).mean((1, 2, 3)) / np.maximum(variance, LEAST_VARIANCE)


class Descent:
    """`descent(images, inputs)` moves the z of `count` inputs for so many `steps`, by Adam."""

    def __init__(self, sampler: Sampler, source: int, features: Features, count: int,
                 steps: int):
        training = sampler.config.training
        self.generator, self.features, self.steps = sampler.generators[source], features, steps
        self.latent, self.dim = training.latent, training.latent_dim
        self.run = compiled(self._run)

    def __call__(self, images: np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The moved inputs [count, ...], and how far what they draw is from `images`, [count]."""
        z, label = np.split(inputs, [self.dim], 1)
        z, distance = self.run(tf.constant(images), tf.constant(z), tf.constant(label))
        return np.concatenate([z, label], 1), distance.numpy()

    def _run(self, images: Tensor, z: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
        rows = self.features(images, label)

        def step(i, z, mean, square):
            with tf.GradientTape() as tape:
                tape.watch(z)
                loss = tf.reduce_sum(self.distance(images, rows, z, label) + self.prior(z))
            gradient, t = tape.gradient(loss, z), tf.cast(i, tf.float32)
            # Adam, written out: Keras's keeps its state in variables, which a loop cannot restart.
            mean += (1 - BETA_1) * (gradient - mean)
            square += (1 - BETA_2) * (tf.square(gradient) - square)
            rate = LEARNING_RATE * (1 - 0.9 * t / self.steps)
            z -= rate * (mean / (1 - BETA_1**(t + 1))
                         / (tf.sqrt(square / (1 - BETA_2**(t + 1))) + 1e-8))
            z = tf.clip_by_value(z, -1, 1) if self.latent == "uniform" else z
            return i + 1, z, mean, square

        _, z, *_ = tf.while_loop(lambda i, *_: i < self.steps, step,
                                 (0, z, tf.zeros_like(z), tf.zeros_like(z)))
        return z, self.distance(images, rows, z, label)

    def distance(self, images: Tensor, rows: list, z: Tensor, label: Tensor) -> Tensor:
        """[count]: pixels at several scales, as they are and without their contrast, and the
        discriminator's rows in units of their size."""
        drawn = self.generator(tf.concat([z, label], 1), training=False)["image"]
        pixels = pyramid_distance(drawn, images)
        pattern = pyramid_distance(without_contrast(drawn), without_contrast(images))
        apart = [mean_square(a - b) / tf.reduce_mean(tf.square(b))
                 for a, b in zip(self.features(drawn, label), rows, strict=True)]
        return pixels + pattern + (tf.add_n(apart) / len(apart) if apart else 0.0)

    def prior(self, z: Tensor) -> Tensor:
        """What keeps normal z at the length that they have, [count]; 0 for uniform ones."""
        if self.latent == "uniform":
            return tf.zeros_like(z[:, 0])
        return NORMAL_WEIGHT * tf.square(mean_square(z) - 1)


class StrokeDescent(Descent):
    """A descent towards images [count, H, W, C + 1] of which the last channel says how much each
    pixel counts, in [0, 1] (Zhu et al. 2016, section 5.1).

    What does not count is left to the discriminator: its score shall not fall below that of what
    the generator usually draws, else a white page would be near to every white stroke.
    """

    def __init__(self, sampler: Sampler, source: int, inputs: np.ndarray, steps: int):
        super().__init__(sampler, source, lambda images, label: [], len(inputs), steps)
        self.score = scorer_of(sampler, source)
        if self.score:
            drawn, label = sampler.draw(inputs)[source], inputs[:, self.dim:]
            scores = self.score(tf.constant(drawn), tf.constant(label)).numpy()
            self.usual, self.spread = scores.mean(), scores.std() + LEAST_SPREAD

    def distance(self, images: Tensor, rows: list, z: Tensor, label: Tensor) -> Tensor:
        drawn = self.generator(tf.concat([z, label], 1), training=False)["image"]
        counts = images[..., -1:]
        apart = pyramid_distance(counts * drawn, counts * images[..., :-1]) / tf.reduce_mean(
            counts, (1, 2, 3))
        if not self.score:
            return apart
        return apart + REAL_WEIGHT * tf.nn.softplus(
            (self.usual - self.score(drawn, label)) / self.spread)

    def prior(self, z: Tensor) -> Tensor:
        """Keeps z about as long as latents are: few pixels say little about where it lies."""
        usual = 1 / 3 if self.latent == "uniform" else 1.0          # mean square of a coordinate
        return LENGTH_WEIGHT * tf.square(mean_square(z) / usual - 1)


class StrokeSearch:
    """`search(strokes)` finds `found` latents whose images in the domain number `source` are
    nearest to strokes, out of STROKE_STARTS times as many; or moves given inputs towards them."""

    def __init__(self, sampler: Sampler, source: int, found: int, iterations: int, seed: int = 1):
        self.sampler, self.source, self.found = sampler, source, found
        self.iterations, self.seed = iterations, seed

    def __call__(self, strokes: np.ndarray,
                 start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """strokes: [H, W, C + 1], see `StrokeDescent`. start: inputs [n, D] to move, or None.
        Returns inputs [n, D], the nearest first, and the mean difference under the strokes of
        what they draw, [n], of colours in [-1, 1]."""
        inputs = start if start is not None else np.asarray(
            self.sampler.inputs(STROKE_STARTS * self.found, self.seed))
        descent = StrokeDescent(self.sampler, self.source, inputs, self.iterations)
        inputs, distance = descent(strokes[None].repeat(len(inputs), 0), inputs)
        inputs = inputs[distance.argsort()[:self.found]]
        apart = np.abs(self.sampler.draw(inputs)[self.source] - strokes[..., :-1]).mean(-1)
        return inputs, (apart * strokes[..., -1]).sum((1, 2)) / strokes[..., -1].sum()


def discriminator_features(sampler: Sampler, source: int) -> Features:
    """The rows but the last of the run's discriminator of a domain; no rows where it has none
    that learned anything."""
    discriminator = discriminator_of(sampler, source)
    if discriminator is None:
        return lambda images, label: []
    net = row_outputs(discriminator)
    return lambda images, label: net(labelled(sampler, images, label), training=False)


def scorer_of(sampler: Sampler, source: int) -> Callable[[Tensor, Tensor], Tensor] | None:
    """How real the run's discriminator finds images of a domain, a function of these and of their
    labels to [B]; None where it gives no such score."""
    discriminator = discriminator_of(sampler, source)
    if discriminator is None or discriminator.output_shape[-1] != 1:
        return None
    return lambda images, label: tf.cast(
        discriminator(labelled(sampler, images, label), training=False)[:, 0], tf.float32)


def labelled(sampler: Sampler, images: Tensor, label: Tensor) -> Tensor:
    """The images as the run's discriminators take them, with their label where they are told."""
    return concat_label_channels(images, label if sampler.classes else None)


def discriminator_of(sampler: Sampler, source: int) -> keras.Model | None:
    """The run's discriminator of a domain, as its checkpoint holds it; None where it has none that
    learned anything."""
    config = sampler.config
    if not has(config.experiment.gan_type, "discriminators"):
        return None
    found = discriminators_for(config, len(sampler.domains), sampler.image_shape, sampler.classes)
    restore_part(shown_checkpoint(sampler.path)[0], {"discriminators": all_variables(found)})
    return found[source]

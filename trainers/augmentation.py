"""How strongly a run's images are changed before its discriminators see them."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from data.augment import augment
from data.domain import Domain
from framework.devices import mean_over_replicas, replica_and_count
from framework.errors import UserError
from framework.grid import enlargement, image_grid
from framework.pixels import to_unit
from framework.plots import save_png
from framework.random import Random
from framework.tensors import Tensor

# Real images over which the probability may rise from 0 to 1. Karras et al. 2020 take 500,000, and
# 100,000 where training goes on from another run; runs here are short.
RISE_IMAGES = 100_000
PREVIEW_ROWS = 4


class Augmentation:
    """Changes images by `names` of `data.augment.AUGMENTATIONS`, each with the probability p.

    p is `probability`, or, where `target` is above 0, follows the discriminators (ADA: Karras et
    al. 2020, arXiv 2006.06676): it starts at 0 and rises while mean sign(D(x)) over the real
    images is above `target`, a sign that they are being learned by heart, and falls else. Scores
    that are only compared (a relativistic loss) are taken against the mean of the fake ones.
    """

    def __init__(self, names: Sequence[str], probability: float = 1.0, target: float = 0.0):
        self.names, self.target = tuple(names), target
        self.probability = keras.Variable(0.0 if target else probability, trainable=False,
                                          name="augment_probability")

    @property
    def variables(self) -> list:
        """What a checkpoint must hold."""
        return [self.probability]

    def __call__(self, images: Tensor, random: Random, parts: int = 1) -> Tensor:
        """Images [B, H, W, C], changed. parts: see `framework.random.Random`."""
        return augment(images, self.names, random, self.probability.value, parts)

    def follow(self, real: Tensor, fake: Tensor, relative: bool,
               images: Tensor | None = None) -> None:
        """Moves p after the scores of a batch, real and fake [B, 1]. relative: whether these
        mean something only beside each other. images: how many were scored, if not B: there may be
        several scores of each."""
        if not self.target:
            return
        compared = real - ops.mean(fake) if relative else real
        overfit = mean_over_replicas(ops.mean(ops.sign(compared)))
        count: Tensor = tf.cast(tf.shape(real)[0] if images is None else images, tf.float32)
        step = ops.sign(overfit - self.target) * count * replica_and_count()[1] / RISE_IMAGES
        self.probability.assign(ops.clip(self.probability + step, 0.0, 1.0))


def preview(domains: Sequence[Domain], names: Sequence[str], probability: float, count: int,
            seed: int, path: str | Path) -> None:
    """Writes a picture to `path`: for each domain a row of its first `count` images and
    PREVIEW_ROWS rows of them changed by `names`. Raises UserError for points."""
    rows = []
    for domain in domains:
        if domain.images.ndim == 2:
            raise UserError(f"{domain.name} holds points; only images are changed")
        images = to_unit(domain.images[np.arange(min(count, len(domain)))])
        rows += [images, *(np.array(augment(tf.constant(images), names, Random(seed, row),
                                            probability)) for row in range(PREVIEW_ROWS))]
    scale = enlargement(rows[0].shape[1])
    save_png(path, image_grid(rows, max(map(len, rows)), scale))
    print(f"{path}: of each domain a row as it is and {PREVIEW_ROWS} rows changed by "
          f"{', '.join(names) or 'nothing'}")

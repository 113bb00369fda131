"""Images drawn from generators, in inference mode."""

import keras
import numpy as np

from framework.devices import compiled
from framework.tensors import Tensor

SAMPLE_BATCH = 500


def generate(generator: keras.Model, z: Tensor, training: bool) -> list[dict]:
    """What a joint generator makes of z [B, latent_dim]: K dicts of "image" and "features"."""
    outputs = generator(z, training=training)
    return outputs if isinstance(outputs, list) else [outputs]   # Keras unwraps a list of one


class ImageSampler:
    """z [N, latent_dim], with its label where there is one, to K arrays [N, ...] of images in
    [-1, 1], or of points; row i of each is drawn from z[i].

    draw: the same of one batch, compiled, as tensors.
    """

    def __init__(self, generator: keras.Model):
        self.draw = compiled(lambda z: [made["image"] for made in generate(generator, z, False)])

    def __call__(self, z: Tensor) -> list[np.ndarray]:
        batches = [self.draw(z[i:i + SAMPLE_BATCH]) for i in range(0, len(z), SAMPLE_BATCH)]
        return [np.concatenate(images) for images in zip(*batches, strict=True)]

"""Random cuts and mirror images of a batch (Zhu et al. 2017, by their code)."""

import tensorflow as tf

from framework.random import Random
from framework.tensors import Tensor


def jittered(images: Tensor, pixels: int, random: Random) -> Tensor:
    """Images [B, H, W, C] made larger by `pixels` in height and width, of which a part of the size
    of the images is cut at random, and half of all mirrored; as they are for 0 pixels."""
    if not pixels:
        return images
    count, (height, width) = tf.shape(images)[0], images.shape[1:3]
    draws = random.uniform([count, 3])
    larger = tf.image.resize(images, (height + pixels, width + pixels))
    corner = tf.cast(draws[:, :2] * (pixels + 1), tf.int32)
    rows = corner[:, :1] + tf.range(height)
    columns = corner[:, 1:] + tf.range(width)
    columns = tf.where(draws[:, 2:] < 0.5, columns[:, ::-1], columns)
    part = tf.gather(larger, rows, axis=1, batch_dims=1)
    return tf.gather(part, columns, axis=2, batch_dims=1)

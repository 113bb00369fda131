"""Between the uint8 pixels of files and the float32 pixels of nets."""

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor

tf = Lazy("tensorflow")

LEVELS = 127.5                  # levels of 0..255 in one unit of [-1, 1]


def to_unit(images: np.ndarray) -> np.ndarray:
    """uint8 pixels 0..255 of any shape as float32 in [-1, 1]: x / 127.5 - 1."""
    return images.astype(np.float32) / np.float32(LEVELS) - np.float32(1)


def to_unit_tensor(images: Tensor) -> Tensor:
    """The same of a tensor of uint8, inside of a compiled step; other tensors, such as the points
    of a toy set, pass unchanged."""
    return tf.cast(images, tf.float32) / LEVELS - 1.0 if images.dtype == tf.uint8 else images


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Pixels in [-1, 1] of any shape as uint8, clipped and rounded to the nearest level."""
    levels = (np.asarray(images, np.float32) + np.float32(1)) * np.float32(LEVELS)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)

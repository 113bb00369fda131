"""Between the uint8 pixels of files and the float32 pixels of nets."""

import numpy as np


def to_unit(images: np.ndarray) -> np.ndarray:
    """uint8 pixels 0..255 of any shape as float32 in [-1, 1]: x / 127.5 - 1."""
    return images.astype(np.float32) / np.float32(127.5) - np.float32(1)


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Pixels in [-1, 1] of any shape as uint8, clipped and rounded to the nearest level."""
    levels = (np.asarray(images, np.float32) + np.float32(1)) * np.float32(127.5)
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)

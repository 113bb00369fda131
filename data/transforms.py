"""Transforms, which turn the images of a source into those of a domain (thesis 2.7).

A transform takes uint8 [N, h, w] or [N, h, w, 3], the requested size and a seed, and returns
uint8 [N, size, size, 3]. The thesis scales bilinearly after mapping pixels to [-1, 1]; scaling
uint8, as here, differs by less than one level of 255 (rounding, fixed-point weights).
"""

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np

from data.street import draw_streets

Seed: TypeAlias = int | Sequence[int]


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Scales images [N, h, w(, 3)] to [N, size, size(, 3)]: bilinear up, area mean down."""
    if images.shape[1:3] == (size, size):
        return images
    smaller = size < min(images.shape[1:3])
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.stack([cv2.resize(image, (size, size), interpolation=how) for image in images])


def to_rgb(images: np.ndarray) -> np.ndarray:
    """Triples the channel of grey images [N, H, W]; returns [N, H, W, 3] unchanged."""
    return images if images.ndim == 4 else np.repeat(images[..., None], 3, axis=-1)


def plain(images: np.ndarray, size: int, seed: Seed = 0) -> np.ndarray:
    """The images themselves, scaled."""
    return to_rgb(resize(images, size))


def edge(images: np.ndarray, size: int, seed: Seed = 0) -> np.ndarray:
    """The outlines: the 3x3 dilation minus the image (thesis 2.7)."""
    images = resize(images, size)
    square = np.ones((3, 3), np.uint8)
    return to_rgb(np.stack([cv2.dilate(image, square) - image for image in images]))


def negative(images: np.ndarray, size: int, seed: Seed = 0) -> np.ndarray:
    """Inverted pixels: 255 - x."""
    return to_rgb(255 - resize(images, size))


def rotate(images: np.ndarray, size: int, seed: Seed = 0) -> np.ndarray:
    """A quarter turn, counter-clockwise."""
    return to_rgb(np.ascontiguousarray(np.rot90(resize(images, size), axes=(1, 2))))


def street(images: np.ndarray, size: int, seed: Seed = 0) -> np.ndarray:
    """Digits as coloured house numbers, similar to SVHN (data/street.py)."""
    return draw_streets(resize(images, size), seed)


# What needs no seed: one image and its only possible partner.
FIXED_MAPS = (edge, negative, rotate)

VIEWS = (                           # suffix of the name, transform, what it shows
    ("", plain, "white on black"),
    ("_edge", edge, "their outlines"),
    ("_negative", negative, "black on white"),
    ("_rotate", rotate, "turned by 90 degrees"),
    ("_street", street, "as house numbers in the manner of SVHN"),
)

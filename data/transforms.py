"""From the images of a source to those of a domain (thesis 2.7).

A transform takes uint8 [N, h, w] or [N, h, w, 3], the size asked for and a seed, and returns
uint8 [N, size, size, 3]. The thesis scales bilinearly after mapping pixels to [-1, 1]; done
here on uint8, that differs by less than one level of 255 (rounding, fixed-point weights).
"""

import cv2
import numpy as np

from data.street import draw_streets


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Images [N, h, w(, 3)] at [N, size, size(, 3)]: bilinear up, area mean down."""
    if images.shape[1:3] == (size, size):
        return images
    smaller = size < min(images.shape[1:3])
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.stack([cv2.resize(image, (size, size), interpolation=how) for image in images])


def to_rgb(images: np.ndarray) -> np.ndarray:
    """Grey images [N, H, W] with their channel tripled; [N, H, W, 3] as they are."""
    return images if images.ndim == 4 else np.repeat(images[..., None], 3, axis=-1)


def plain(images, size, seed=0):
    """The images themselves."""
    return to_rgb(resize(images, size))


def edge(images, size, seed=0):
    """The outline: the 3x3 dilation minus the image (thesis 2.7)."""
    images = resize(images, size)
    square = np.ones((3, 3), np.uint8)
    return to_rgb(np.stack([cv2.dilate(image, square) - image for image in images]))


def negative(images, size, seed=0):
    """Inverted pixels: 255 - x."""
    return to_rgb(255 - resize(images, size))


def rotate(images, size, seed=0):
    """A quarter turn, counter-clockwise."""
    return to_rgb(np.ascontiguousarray(np.rot90(resize(images, size), axes=(1, 2))))


def street(images, size, seed=0):
    """Digits as coloured house numbers in the manner of SVHN (data/street.py)."""
    return draw_streets(resize(images, size), seed)


VIEWS = (                           # suffix of the name, transform, what it shows
    ("", plain, "white on black"),
    ("_edge", edge, "their outlines"),
    ("_negative", negative, "black on white"),
    ("_rotate", rotate, "turned by 90 degrees"),
    ("_street", street, "as house numbers in the manner of SVHN"),
)

"""Adam in a pyramid: the pixels are a sum of images of several sizes, each with steps of its own.

Adam moves all numbers equally far. Pixels alone change their mean over a region, or over a stroke,
as slowly as their grain; a pyramid changes both at once (Kolkin et al. 2022 do so too).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

Sparse: TypeAlias = Any         # scipy.sparse.csr_array, whose stubs take its shape for None

LEVELS = 4                      # each of half the sides of the one before


class Moments:
    """The moving means of a gradient and of its square (Kingma and Ba 2014)."""

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8):
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.first, self.second, self.steps = 0.0, 0.0, 0

    def direction(self, gradient: np.ndarray) -> np.ndarray:
        """Takes in the next gradient; returns what times the learning rate is to be taken away."""
        self.steps += 1
        self.first += (1 - self.beta1) * (gradient - self.first)
        self.second += (1 - self.beta2) * (gradient * gradient - self.second)
        mean = self.first / (1 - self.beta1**self.steps)
        spread = np.sqrt(self.second / (1 - self.beta2**self.steps))
        return mean / (spread + self.epsilon)


def pyramid_directions(height: int, width: int,
                       levels: int = LEVELS) -> Callable[[np.ndarray], np.ndarray]:
    """A function that takes each gradient by an image [1, height, width, 3] in its turn and returns
    the sum over `levels` of what Adam does at each of them, at the image's size.

    The levels are interpolated linearly, which is a product with a sparse matrix for each axis;
    a level's gradient is the product with their transposes. A level of one row is not halved.
    """
    each = []
    for level in range(levels):
        down, across = (_interpolation(side, max(1, side >> level)) for side in (height, width))
        each.append((down, across, Moments()))

    def direction(gradient):
        total = np.zeros_like(gradient)
        for down, across, moments in each:
            coarse = _apply(down.T, across.T, gradient)
            total += _apply(down, across, moments.direction(coarse))
        return total
    return direction


@lru_cache(maxsize=64)
def _interpolation(size: int, coarse: int) -> Sparse:
    """The matrix [size, coarse] that interpolates linearly between the centres of the pixels."""
    import cv2
    from scipy.sparse import csr_array

    identity = np.eye(coarse, dtype=np.float32)
    return csr_array(cv2.resize(identity, (coarse, size), interpolation=cv2.INTER_LINEAR))


def _apply(down: Sparse, across: Sparse, image: np.ndarray) -> np.ndarray:
    """Both axes of [1, h, w, 3] multiplied by their matrices."""
    if down.shape[0] == down.shape[1] and across.shape[0] == across.shape[1]:
        return image                                            # the finest level
    _, height, width, channels = image.shape
    rows = (down @ image.reshape(height, -1)).reshape(-1, width, channels).swapaxes(0, 1)
    both = (across @ rows.reshape(width, -1)).reshape(across.shape[0], -1, channels)
    return np.ascontiguousarray(both.swapaxes(0, 1))[None]

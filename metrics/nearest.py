"""Which images are near which, by small pixels: no weights are needed, and a change of brightness,
a shift of a pixel or two, and noise leave an image where it is."""

import cv2
import numpy as np

from losses.kernels import squared_distances
from metrics.rows import same_width

SIDE = 16                       # pixels that an image is averaged to
SMALL_PIXELS = f"{SIDE} x {SIDE} pixels less each image's mean"
TILE_ROWS = 512                 # of the rows whose distances to all others are held at once


def small_pixels(images: np.ndarray) -> np.ndarray:
    """Images [N, H, W, C] in [-1, 1], averaged to SIDE x SIDE (none is enlarged), less
    the mean of each: float32 [N, D]."""
    images = np.asarray(images, np.float32)
    size = min(SIDE, images.shape[2]), min(SIDE, images.shape[1])
    rows = np.stack([cv2.resize(image, size, interpolation=cv2.INTER_AREA).ravel()
                     for image in images])
    return rows - rows.mean(1, keepdims=True)


def nearest(rows: np.ndarray, among: np.ndarray, count: int,
            without_itself: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Distances and indices, both [N, count], of the `count` rows of `among` [M, D] that are
    nearest to each of `rows` [N, D], the nearest first.

    without_itself: `rows` are `among`, and a row is no neighbour of its own. Memory is
    TILE_ROWS x M. Raises UserError for rows that are not finite or of different widths.
    """
    same_width(rows[:1], among[:1])
    found = []
    for start in range(0, len(rows), TILE_ROWS):
        tile = np.asarray(squared_distances(rows[start:start + TILE_ROWS], among))
        if without_itself:
            tile = tile.copy()
            own = np.arange(len(tile))
            tile[own, start + own] = np.inf
        some = np.argpartition(tile, count - 1, 1)[:, :count]
        values = np.take_along_axis(tile, some, 1)
        order = np.argsort(values, 1, kind="stable")
        found.append((np.sqrt(np.take_along_axis(values, order, 1)),
                      np.take_along_axis(some, order, 1)))
    distances, indices = (np.concatenate(part) for part in zip(*found, strict=True))
    return distances, indices

"""Precision, recall, density and coverage (Kynkaanniemi et al. 2019; Naeem et al. 2020).

Each sample has a ball around it whose radius is the distance to its k-th neighbour. A point on
the surface belongs to the ball in precision and recall, and does not in density and coverage, as
the authors of each have it; so equal sets have a density of 1. Ties are therefore looked at
exactly: distances come from a matrix product, and those that lie within its rounding of a
radius are computed once more, by differences.
"""

from collections.abc import Iterator

import numpy as np

from framework.errors import UserError
from metrics.rows import same_width

TILE_ROWS = 1024
ROUNDINGS = 8                   # units of rounding of a product of D terms, for each of D


def prdc(real: np.ndarray, fake: np.ndarray, k: int = 5) -> dict[str, float]:
    """Returns the four measures of the features real [N, D] and fake [M, D], in float64.

    precision: the share of fakes inside any real ball. recall: the share of reals inside any
    fake ball. density: the mean number of real balls around a fake, over k; it can exceed 1.
    coverage: the share of real balls with any fake inside. Compare only values
    of equal N, M and k. Raises UserError if a side has k or fewer samples.
    """
    real, fake = same_width(real, fake)
    if not 1 <= k < min(len(real), len(fake)):
        raise UserError(f"the {k}-th neighbour needs more than {k} samples on each side, not "
                        f"{len(real)} and {len(fake)}")
    around_real, around_fake = squared_radii(real, k), squared_radii(fake, k)
    precise, balls = np.zeros(len(fake), bool), np.zeros(len(fake), int)
    recalled, covered = [], []
    for tile, rows in tiles(real, fake):
        radii = around_real[rows, None]
        tile.refine(radii)
        inside = tile.distances < radii
        precise |= (tile.distances <= radii).any(0)
        balls += inside.sum(0)
        covered.append(inside.any(1))
        tile.refine(around_fake)
        recalled.append((tile.distances <= around_fake).any(1))
    return {"precision": float(np.mean(precise)),
            "recall": float(np.mean(np.concatenate(recalled))),
            "density": float(np.mean(balls) / k),
            "coverage": float(np.mean(np.concatenate(covered)))}


def squared_radii(rows: np.ndarray, k: int) -> np.ndarray:
    """Returns [N]: the squared distance of each row to its k-th neighbour, itself not counted."""
    return np.concatenate([tile.nth_smallest(k) for tile, _ in tiles(rows, rows)])


def tiles(x: np.ndarray, y: np.ndarray) -> Iterator["tuple[Tile, slice]"]:
    """The distances of TILE_ROWS rows of x [N, D] after the other to all of y [M, D], and which
    rows these are."""
    center = (x.sum(0) + y.sum(0)) / (len(x) + len(y))
    centred_y = y - center
    centred_x = centred_y if x is y else x - center
    squares_x, squares_y = (np.einsum("nd,nd->n", a, a) for a in (centred_x, centred_y))
    for i in range(0, len(x), TILE_ROWS):
        rows = slice(i, i + TILE_ROWS)
        distances = centred_x[rows] @ centred_y.T
        distances *= -2
        distances += squares_x[rows, None]
        distances += squares_y
        yield Tile(x[rows], y, distances, squares_x[rows, None] + squares_y.max()), rows


class Tile:
    """`distances` [m, n]: ||x_i - y_j||^2 of rows x [m, D] and y [n, D], as a matrix product gives
    them, about their common mean. most: bounds the sums of squares ||x_i||^2 + ||y_j||^2 about it
    of a row, [m, 1]; `rounding` [m, 1] bounds how far off the row's distances are."""

    def __init__(self, x: np.ndarray, y: np.ndarray, distances: np.ndarray, most: np.ndarray):
        self.x, self.y, self.distances = x, y, distances
        self.rounding = ROUNDINGS * x.shape[1] * np.finfo(float).eps * most

    def nth_smallest(self, k: int) -> np.ndarray:
        """The k-th smallest of each row's distances, counted from 0, [m], as differences give it;
        computes those anew that may be it."""
        found = self._partitioned(self.distances, k)
        close = self.refine(found[:, None], 2)
        alone = close.sum(1) == 1                       # else which of them is it?
        found[alone] = self.distances[alone][close[alone]]
        if not alone.all():
            found[~alone] = self._partitioned(self.distances[~alone], k)
        return found

    @staticmethod
    def _partitioned(distances: np.ndarray, k: int) -> np.ndarray:
        return np.partition(distances, k, 1)[:, k].copy()

    def refine(self, limits: np.ndarray, margin: float = 1.0) -> np.ndarray:
        """Computes those distances by differences that are within `margin` times the rounding of
        `limits`, whose shape goes with [m, n]. Two equal distances are then equal. Returns which
        they are, [m, n]."""
        reach = margin * self.rounding
        close = (self.distances >= limits - reach) & (self.distances <= limits + reach)
        for pairs in _parts(np.argwhere(close)):
            i, j = pairs.T
            self.distances[i, j] = np.sum((self.x[i] - self.y[j]) ** 2, 1)
        return close


def _parts(pairs):
    return (pairs[i:i + TILE_ROWS] for i in range(0, len(pairs), TILE_ROWS))

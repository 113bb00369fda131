"""Precision, recall, density and coverage (Kynkaanniemi et al. 2019; Naeem et al. 2020).

Each sample has a ball around it whose radius is the distance to its k-th neighbour. A point on
the surface belongs to the ball in precision and recall, and does not in density and coverage, as
the authors of each have it; so equal sets have a density of 1. Ties are therefore looked at
exactly: distances come from a matrix product, and those that lie within its rounding of a
radius are computed once more, by differences.
"""

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
    for i in range(0, len(real), TILE_ROWS):
        tile = Tile(real[i:i + TILE_ROWS], fake)
        radii = around_real[i:i + TILE_ROWS, None]
        tile.refine(radii)
        precise |= (tile.distances <= radii).any(0)
        balls += (tile.distances < radii).sum(0)
        covered.append((tile.distances < radii).any(1))
        tile.refine(around_fake)
        recalled.append((tile.distances <= around_fake).any(1))
    return {"precision": float(np.mean(precise)),
            "recall": float(np.mean(np.concatenate(recalled))),
            "density": float(np.mean(balls) / k),
            "coverage": float(np.mean(np.concatenate(covered)))}


def squared_radii(rows: np.ndarray, k: int) -> np.ndarray:
    """Returns [N]: the squared distance of each row to its k-th neighbour, itself not counted."""
    radii = []
    for i in range(0, len(rows), TILE_ROWS):
        tile = Tile(rows[i:i + TILE_ROWS], rows)
        tile.refine(tile.nth_smallest(k)[:, None], 2)
        radii.append(tile.nth_smallest(k))
    return np.concatenate(radii)


class Tile:
    """`distances` [m, n]: ||x_i - y_j||^2 of rows x [m, D] and y [n, D], as a matrix product gives
    them, about their common mean. `rounding` [m, n] bounds how far off they are."""

    def __init__(self, x: np.ndarray, y: np.ndarray):
        center = np.concatenate([x, y]).mean(0)
        self.x, self.y = x, y
        x, y = x - center, y - center
        squares = np.sum(x**2, 1)[:, None] + np.sum(y**2, 1)
        self.distances = squares - 2 * x @ y.T
        self.rounding = ROUNDINGS * x.shape[1] * np.finfo(float).eps * squares

    def nth_smallest(self, k: int) -> np.ndarray:
        """The k-th smallest of each row's distances, counted from 0, [m]."""
        return np.partition(self.distances, k, 1)[:, k]

    def refine(self, limits: np.ndarray, margin: float = 1.0) -> None:
        """Computes those distances by differences that are within `margin` times the rounding of
        `limits`, whose shape goes with [m, n]. Two equal distances are then equal."""
        close = np.abs(self.distances - limits) <= margin * self.rounding
        for pairs in _parts(np.argwhere(close)):
            i, j = pairs.T
            self.distances[i, j] = np.sum((self.x[i] - self.y[j]) ** 2, 1)


def _parts(pairs):
    return (pairs[i:i + TILE_ROWS] for i in range(0, len(pairs), TILE_ROWS))

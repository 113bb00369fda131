"""Precision, recall, density and coverage (Kynkaanniemi et al. 2019; Naeem et al. 2020).

Each sample has a ball around it whose radius is the distance to its k-th neighbour.
"""

import numpy as np

from framework.errors import UserError
from losses.kernels import squared_distances
from metrics.rows import same_width

TILE_ROWS = 1024


def prdc(real: np.ndarray, fake: np.ndarray, k: int = 5) -> dict[str, float]:
    """Returns the four measures of the features real [N, D] and fake [M, D], in float64.

    precision: the share of fakes inside any real ball. recall: the share of reals inside any
    fake ball. density: the mean number of real balls around a fake, over k; it can exceed 1.
    coverage: the share of real balls with any fake inside. Balls are closed. Compare only values
    of equal N, M and k. Raises UserError if a side has k or fewer samples.
    """
    real, fake = same_width(real, fake)
    if not 1 <= k < min(len(real), len(fake)):
        raise UserError(f"the {k}-th neighbour needs more than {k} samples on each side, not "
                        f"{len(real)} and {len(fake)}")
    around_real, around_fake = squared_radii(real, k), squared_radii(fake, k)
    balls = np.zeros(len(fake), int)
    recalled, covered = [], []
    for i in range(0, len(real), TILE_ROWS):
        distances = np.asarray(squared_distances(real[i:i + TILE_ROWS], fake))
        inside = distances <= around_real[i:i + TILE_ROWS, None]
        balls += inside.sum(0)
        covered.append(inside.any(1))
        recalled.append((distances <= around_fake).any(1))
    return {"precision": float(np.mean(balls > 0)),
            "recall": float(np.mean(np.concatenate(recalled))),
            "density": float(np.mean(balls) / k),
            "coverage": float(np.mean(np.concatenate(covered)))}


def squared_radii(rows: np.ndarray, k: int) -> np.ndarray:
    """Returns [N]: the squared distance of each row to its k-th neighbour, itself not counted."""
    return np.concatenate([
        np.partition(np.asarray(squared_distances(rows[i:i + TILE_ROWS], rows)), k, 1)[:, k]
        for i in range(0, len(rows), TILE_ROWS)])

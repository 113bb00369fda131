"""Precision, recall, density and coverage, from balls around samples that reach to the k-th
neighbour (Kynkaanniemi et al. 2019; Naeem et al. 2020)."""

import numpy as np

from framework.errors import UserError
from losses.kernels import squared_distances
from metrics.rows import same_width

TILE_ROWS = 1024


def prdc(real: np.ndarray, fake: np.ndarray, k: int = 5) -> dict[str, float]:
    """The four shares from features real [N, D] and fake [M, D], float64.

    precision: of fakes inside any real ball; recall: of reals inside any fake ball; density:
    real balls around a fake over k, on average, which can exceed 1; coverage: of real balls
    with any fake inside. A ball is closed. Compare only equal N, M and k.
    Raises UserError for k or fewer samples on a side.
    """
    real, fake = same_width(real, fake)
    if not 1 <= k < min(len(real), len(fake)):
        raise UserError(f"the {k}-th neighbour needs more than {k} samples on each side, not "
                        f"{len(real)} and {len(fake)}")
    around_real, around_fake = radii(real, k), radii(fake, k)
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


def radii(rows: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each row from its k-th neighbour, itself not counted: [N]."""
    return np.concatenate([
        np.partition(np.asarray(squared_distances(rows[i:i + TILE_ROWS], rows)), k, 1)[:, k]
        for i in range(0, len(rows), TILE_ROWS)])

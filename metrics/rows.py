"""Features and images as the rows of a float64 matrix."""

import numpy as np
from numpy.typing import ArrayLike

from framework.errors import UserError


def as_rows(features: ArrayLike) -> np.ndarray:
    """Converts features [N, ...] to float64 [N, D]; a list of numbers becomes one column.

    Raises UserError for values that are not finite.
    """
    rows = np.asarray(features, np.float64)
    rows = rows.reshape(len(rows), int(np.prod(rows.shape[1:])))
    if not np.isfinite(rows).all():
        raise UserError("features hold values that are not finite: did the run diverge?")
    return rows


def same_width(x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Converts both `as_rows`. Raises UserError if their widths differ or one is empty."""
    first, second = as_rows(x), as_rows(y)
    if first.shape[1] != second.shape[1]:
        raise UserError(f"features of widths {first.shape[1]} and {second.shape[1]} do not compare")
    if not (len(first) and len(second)):
        raise UserError("there are no samples to compare")
    return first, second

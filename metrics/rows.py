"""Features and images as the rows of a float64 matrix."""

from typing import Any

import numpy as np

from framework.errors import UserError


def as_rows(features: Any) -> np.ndarray:
    """[N, ...] -> float64 [N, D]; a plain list of numbers is one column.

    Raises UserError for values that are not finite.
    """
    rows = np.asarray(features, np.float64)
    rows = rows.reshape(len(rows), int(np.prod(rows.shape[1:])))
    if not np.isfinite(rows).all():
        raise UserError("features hold values that are not finite: did the run diverge?")
    return rows


def same_width(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both as rows. Raises UserError unless their widths agree and neither is empty."""
    x, y = as_rows(x), as_rows(y)
    if x.shape[1] != y.shape[1]:
        raise UserError(f"features of widths {x.shape[1]} and {y.shape[1]} do not compare")
    if not (len(x) and len(y)):
        raise UserError("there are no samples to compare")
    return x, y

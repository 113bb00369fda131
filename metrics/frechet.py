"""The Frechet distance of two sets of features (Heusel et al. 2017), in float64."""

import numpy as np

from framework.errors import UserError
from metrics.rows import as_rows


class Moments:
    """Mean and covariance of feature rows [N, dim] that arrive in parts, in float64.

    Parts are merged as in Chan, Golub and LeVeque 1983: no digits cancel, and memory does not
    grow with N. `mean` is [dim]; `covariance` [dim, dim] divides by N - 1.
    """

    def __init__(self, dim: int):
        self.count = 0
        self.mean = np.zeros(dim)
        self._scatter = np.zeros((dim, dim))

    def update(self, features: np.ndarray) -> "Moments":
        """Adds rows [n, dim]; returns itself. Raises UserError for another width."""
        rows = as_rows(features)
        if rows.shape[1] != len(self.mean):
            raise UserError(f"features of width {rows.shape[1]} came after {len(self.mean)}")
        if not len(rows):
            return self
        mean, total = rows.mean(0), self.count + len(rows)
        apart = mean - self.mean
        self._scatter += (rows - mean).T @ (rows - mean)
        self._scatter += np.outer(apart, apart) * (self.count * len(rows) / total)
        self.mean = self.mean + apart * (len(rows) / total)
        self.count = total
        return self

    @property
    def covariance(self) -> np.ndarray:
        """Unbiased, [dim, dim]. Raises UserError for fewer than two rows."""
        if self.count < 2:
            raise UserError(f"a covariance needs two samples or more, not {self.count}")
        return self._scatter / (self.count - 1)


def feature_moments(features: np.ndarray | Moments) -> Moments:
    """Returns the `Moments` of rows [N, dim]; `Moments` are returned as they are."""
    if isinstance(features, Moments):
        return features
    rows = as_rows(features)
    return Moments(rows.shape[1]).update(rows)


def fid(x: np.ndarray | Moments, y: np.ndarray | Moments) -> float:
    """||m_x - m_y||^2 + tr(C_x + C_y) - 2 tr (C_x C_y)^(1/2) of features [N, dim] or `Moments`.

    The last trace is the sum of the roots of the eigenvalues of C_x^(1/2) C_y C_x^(1/2), which
    is symmetric: no complex numbers and no epsilon. The value is biased upwards for few samples,
    so compare only equal numbers of them. Call it FID only for Inception features.
    Raises UserError for fewer than two samples or for different widths.
    """
    p, q = feature_moments(x), feature_moments(y)
    if p.mean.shape != q.mean.shape:
        raise UserError(f"features of widths {len(p.mean)} and {len(q.mean)} do not compare")
    apart, root = p.mean - q.mean, symmetric_root(p.covariance)
    mixed = np.linalg.eigvalsh(root @ q.covariance @ root)
    distance = (apart @ apart + np.trace(p.covariance) + np.trace(q.covariance)
                - 2 * np.sum(np.sqrt(np.maximum(mixed, 0))))
    return max(float(distance), 0.0)


def symmetric_root(matrix: np.ndarray) -> np.ndarray:
    """The symmetric square root of a positive semidefinite matrix [dim, dim]."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T

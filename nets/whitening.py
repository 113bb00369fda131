"""Whitening and colouring (Li et al. 2017, "Universal style transfer via feature transforms").

A linear map of a content's activations after which they have the mean and the covariance of a
style's. Of all such maps it is the closed form; Li et al. 2018 train a net that gives one.
"""

import numpy as np

KEPT = 1e-9                     # least eigenvalue over the greatest; the rest is rounding
LEAST = 1e-8                    # variance that counts as one at all


def whiten_and_colour(content: np.ndarray, style: np.ndarray) -> np.ndarray:
    """Activations [1, H, W, C] and [1, h, w, C] -> [1, H, W, C], float32.

    E_s D_s^(1/2) E_s' E_c D_c^(-1/2) E_c' (x - m_c) + m_s, with C = E D E' the covariances and m
    the means over the positions. Directions in which the content does not vary stay without
    variance. Computed in float64.
    """
    rows, _ = _centred(content)
    painted, shift = _centred(style)
    turned = rows @ _power(rows, -0.5) @ _power(painted, 0.5) + shift
    return turned.reshape(content.shape).astype(np.float32)


def _centred(activations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows = np.asarray(activations, np.float64).reshape(-1, activations.shape[-1])
    mean = rows.mean(0)
    return rows - mean, mean


def _power(rows: np.ndarray, exponent: float) -> np.ndarray:
    """A power of the covariance [C, C] of centred rows [N, C], of the directions that vary."""
    values, vectors = np.linalg.eigh(rows.T @ rows / len(rows))
    kept = values > KEPT * max(values[-1], LEAST)
    return vectors[:, kept] * values[kept] ** exponent @ vectors[:, kept].T

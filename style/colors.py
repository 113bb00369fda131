"""The content's colours kept: --keep_colors luminance or coral.

Gatys et al. 2016 ("Preserving color in neural artistic style transfer") name both: keep the
content's chroma and take the luminance of the result, or give the style image the colours of
the content before it is used; CORAL (Sun et al. 2016) does that here.
"""

import numpy as np

LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])          # of RGB, ITU-R BT.601
COLOR_METHODS = ("luminance", "coral")


def with_luminance(content: np.ndarray, image: np.ndarray) -> np.ndarray:
    """The Y of `image` with the U and V of `content`, both RGB [1, H, W, 3] in [-1, 1], clipped.

    U and V are multiples of B - Y and R - Y, so that they are kept where every channel moves by
    the same amount. Where `image` is smaller the content is cut, bottom and right.
    """
    content = content[:, :image.shape[1], :image.shape[2]]
    change = (np.clip(image, -1, 1) - content) @ LUMA_WEIGHTS
    return np.clip(content + change[..., None], -1, 1).astype(np.float32)


def coral(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """`style` with the mean and covariance of the colours of `content`; RGB [1, h, w, 3] in
    [-1, 1], clipped.

    Colours are standardised, style ones multiplied by C_c^(1/2) C_s^(-1/2) and given the
    content's deviations and means. C is the mean of x x' plus the identity over the number of
    pixels; the published code forgets that number, by which sizes would weigh.
    """
    (s, _, _), (c, c_mean, c_sd) = _standardised(style), _standardised(content)
    turned = s @ _power(_covariance(s), -0.5) @ _power(_covariance(c), 0.5)
    return np.clip(turned * c_sd + c_mean, -1, 1).reshape(style.shape).astype(np.float32)


def _standardised(image):
    rows = np.clip(image, -1, 1).reshape(-1, 3).astype(np.float64)
    mean, deviation = rows.mean(0), rows.std(0) + 1e-8
    return (rows - mean) / deviation, mean, deviation


def _covariance(rows):
    return (rows.T @ rows + np.eye(3)) / len(rows)


def _power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * values**exponent @ vectors.T

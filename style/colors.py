"""Ways to keep the content's colours: --keep_colors luminance or coral.

Both are from Gatys et al. 2016 ("Preserving color in neural artistic style transfer"): combine
the content's chroma with the luminance of the result, or give the style image the content's
colours before it is used. CORAL (Sun et al. 2016) transfers the colours here.
"""

import numpy as np

LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])          # of RGB, ITU-R BT.601
COLOR_METHODS = ("luminance", "coral")


def with_luminance(content: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Combines the Y of `image` with the U and V of `content`, both RGB [1, H, W, 3] in [-1, 1];
    the result is clipped.

    U and V are multiples of B - Y and R - Y: adding the same amount to every channel keeps them.
    If `image` is smaller, the content is cut at the bottom and on the right.
    """
    content = content[:, :image.shape[1], :image.shape[2]]
    change = (np.clip(image, -1, 1) - content) @ LUMA_WEIGHTS
    return np.clip(content + change[..., None], -1, 1).astype(np.float32)


def coral(style: np.ndarray, content: np.ndarray) -> np.ndarray:
    """Gives `style` the mean and covariance of the colours of `content`; RGB [1, h, w, 3] in
    [-1, 1]; the result is clipped.

    Both images' colours are standardised; those of the style are multiplied by
    C_c^(1/2) C_s^(-1/2) and get the content's deviations and means. C is the mean of x x' plus the
    identity over the number of pixels. The published code does not divide by that number, so
    that there the result depends on the sizes.
    """
    (s, _, _), (c, c_mean, c_sd) = _standardise(style), _standardise(content)
    turned = s @ _power(_covariance(s), -0.5) @ _power(_covariance(c), 0.5)
    return np.clip(turned * c_sd + c_mean, -1, 1).reshape(style.shape).astype(np.float32)


def _standardise(image):
    rows = np.clip(image, -1, 1).reshape(-1, 3).astype(np.float64)
    mean, deviation = rows.mean(0), rows.std(0) + 1e-8
    return (rows - mean) / deviation, mean, deviation


def _covariance(rows):
    return (rows.T @ rows + np.eye(3)) / len(rows)


def _power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * values**exponent @ vectors.T

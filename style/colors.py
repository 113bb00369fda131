"""The colours of a result: the content's (--keep_colors luminance or coral) or the style's.

Both ways to keep the content's are from Gatys et al. 2016 ("Preserving color in neural artistic
style transfer"): combine the content's chroma with the luminance of the result, or give the style
image the content's colours before it is used. CORAL (Sun et al. 2016) transfers the colours here.
"""

from collections.abc import Sequence

import numpy as np

from style.areas import Areas
from style.scales import resized

LUMA_WEIGHTS = np.array([0.299, 0.587, 0.114])          # of RGB, ITU-R BT.601
COLOR_METHODS = ("luminance", "coral")
BLOCK = 2**16                   # pixels that are taken in double precision at a time


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
    (s_mean, s_sd, s), (c_mean, c_sd, c) = _moments(style), _moments(content)
    matrix = _power(s, -0.5) / s_sd[:, None] @ _power(c, 0.5) * c_sd
    turned = (np.clip(style, -1, 1) - s_mean.astype(np.float32)) @ matrix.astype(np.float32)
    return np.clip(turned + c_mean.astype(np.float32), -1, 1)


def _moments(image):
    """Of the colours of an image, in double precision: mean and deviation [3], and the covariance
    [3, 3] of what is standardised by them."""
    rows = np.clip(image, -1, 1).reshape(-1, 3)
    mean, moment = rows.mean(0, dtype=np.float64), np.zeros((3, 3))
    for first in range(0, len(rows), BLOCK):
        apart = rows[first:first + BLOCK] - mean
        moment += apart.T @ apart
    moment /= len(rows)
    deviation = np.sqrt(np.diag(moment)) + 1e-8
    return mean, deviation, moment / np.outer(deviation, deviation) + np.eye(3) / len(rows)


def _power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return vectors * values**exponent @ vectors.T


def recoloured(image: np.ndarray, styles: Sequence[np.ndarray], shares: Sequence[float] = (1.0,),
               areas: Areas | None = None, share: float = 1.0) -> np.ndarray:
    """`image` [1, H, W, 3], moved by `share` of the way to the mean and covariance of the colours
    of the styles, which are a mean over them by their `shares`; with areas, in each area those of
    the same in the style, or of the whole style where that has none."""
    return image + share * (_of_styles(image, styles, shares, areas) - image) if share else image


def _of_styles(image, styles, shares, areas):
    if areas is None:
        return np.tensordot(np.asarray(shares, np.float32),
                            [coral(image, style) for style in styles], 1)
    there = [resized(each, style.shape[1:3]) for each, style in zip(areas.styles, styles,
                                                                     strict=True)]
    here, made = resized(areas.content, image.shape[1:3])[..., 0], np.zeros_like(image)
    for number in np.unique(here):
        own = [(style[at] if (at := each[..., 0] == number).any() else style).reshape(1, -1, 1, 3)
               for style, each in zip(styles, there, strict=True)]
        inside = here == number
        made[inside] = _of_styles(image[inside].reshape(1, -1, 1, 3), own, shares, None)[0, :, 0]
    return made

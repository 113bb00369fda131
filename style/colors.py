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

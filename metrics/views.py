"""Random views of images, through which a judge of pairing sees both sides.

Two images of one latent may share what no person would call a likeness: a tint, a pattern too
faint to see, a stroke in the same pixel. Each view takes such things away. It has the colours of
another image of its domain, turned in hue and often grey; it is cropped, blurred, unevenly lit,
grainy and compressed as a JPEG. The two sides of a pair get views that know nothing of each other.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from framework.pixels import to_uint8, to_unit

CROP = 0.88                     # the least side of the part that is seen
BLUR = (0.3, 1.0)               # standard deviation in pixels, of images of 64
GRAIN = 5.0                     # standard deviation in levels of 255
LIGHT, LIGHT_PLACES = 8.0, 5    # standard deviation of the light in levels, and how it varies
QUALITY = (30, 75)              # of the JPEG, from 1 to 100
GREY_SHARE = 0.3                # of views without colour
MOST_GAIN = 8.0                 # by which contrast is changed at most
LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def random_views(images: np.ndarray, key: Sequence[int], start: int = 0) -> np.ndarray:
    """A random view of each of the images [N, H, W, C] in [-1, 1], C 1 or 3; float32 of the same
    shape and range.

    key: whole numbers from 0 on that stand for the seed and the side. The draws of image i follow
    from (key, start + i) alone; its colours are those of another image among these N.
    """
    seen = to_uint8(images).astype(np.float32)
    seen = np.repeat(seen, 3, -1) if seen.shape[-1] == 1 else seen
    seen = with_colours_of(seen, donors(len(seen), [*key, start]))
    views = to_unit(np.stack([one_view(image, np.random.default_rng([*key, start + i, 1]))
                              for i, image in enumerate(seen)]))
    return views if images.shape[-1] == 3 else views.mean(-1, keepdims=True)


def donors(count: int, key: Sequence[int]) -> np.ndarray:
    """For each of `count` images the index of one that gives it its colours, in random order."""
    return np.random.default_rng([*key, 2]).permutation(count)


def with_colours_of(images: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Images [N, H, W, 3] in levels of 0..255, each with the mean and, as far as MOST_GAIN allows,
    the spread of every channel of the image `which` names for it.

    What an image tells by its tint, its brightness or its contrast is thereby another's.
    """
    mean, spread = images.mean((1, 2), keepdims=True), images.std((1, 2), keepdims=True)
    gain = np.clip((spread[which] + 1) / (spread + 1), 1 / MOST_GAIN, MOST_GAIN)
    return np.clip((images - mean) * gain + mean[which], 0, 255)


def one_view(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The image [H, W, 3] in levels of 0..255, changed by `rng`; uint8."""
    image = turn_hue(image, rng.uniform(0, 2 * np.pi), grey=rng.random() < GREY_SHARE)
    image = crop(image, rng)
    sigma = rng.uniform(*BLUR) * max(image.shape[:2]) / 64
    image = cv2.GaussianBlur(image, (0, 0), sigma)
    image += GRAIN * rng.standard_normal(image.shape, np.float32) + uneven_light(image.shape, rng)
    return compress(np.clip(np.rint(image), 0, 255).astype(np.uint8), int(rng.integers(*QUALITY)))


def turn_hue(image: np.ndarray, angle: float, grey: bool) -> np.ndarray:
    """Turns the colours [H, W, 3] by `angle` around the axis of greys, which keep their place;
    grey: leaves the colours out."""
    luma = (image @ LUMA)[..., None]
    if grey:
        return np.repeat(luma, 3, -1)
    return np.clip(luma + (image - luma) @ hue_matrix(angle), 0, 255)


def hue_matrix(angle: float) -> np.ndarray:
    """The rotation [3, 3] by `angle` around (1, 1, 1), for rows of colours (Rodrigues)."""
    cos, sin = np.cos(angle), np.sin(angle)
    axis = np.full((3, 3), 1 / 3)
    cross = np.array([[0, 1, -1], [-1, 0, 1], [1, -1, 0]]) / np.sqrt(3)
    return (cos * np.eye(3) + (1 - cos) * axis + sin * cross).astype(np.float32)


def crop(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A part of the image [H, W, 3] with CROP of its sides or more, at its size."""
    height, width = image.shape[:2]
    share = rng.uniform(CROP, 1)
    top, left = rng.uniform(0, 1, 2) * (1 - share) * (height, width)
    matrix = np.array([[share, 0, left], [0, share, top]])
    return cv2.warpAffine(image, matrix, (width, height),
                          flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                          borderMode=cv2.BORDER_REFLECT_101)


def uneven_light(shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Smooth random shades for an image of `shape` [H, W, 3], in levels: they drown what is too
    faint and too smooth for blur and grain."""
    coarse = LIGHT * rng.standard_normal((LIGHT_PLACES, LIGHT_PLACES, 3), np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def compress(image: np.ndarray, quality: int) -> np.ndarray:
    """The uint8 image [H, W, 3] as a JPEG of that `quality` shows it."""
    code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))

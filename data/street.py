"""Digits as house numbers, similar in difficulty to SVHN (Netzer et al. 2011, thesis 2.7).

A coloured digit stands on a coloured wall with a colour gradient, blotches of low frequency
and sometimes the edge of a plate. Neighbouring digits of the same house number are cut off at
the left and right. Contrast (dark on light or light on dark), blur, brightness and noise vary.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from data.drawn import drawn

CHUNK = 500
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
MIN_CONTRAST = 50               # levels of luma between digit and wall, before the blur


def draw_streets(masks: np.ndarray, seed: int | Sequence[int] = 0) -> np.ndarray:
    """Draws streets uint8 [N, H, W, 3] around `masks`, uint8 coverage [N, H, W] of centred digits.

    Image i shows digit i; its neighbours are drawn from the same stack. The result depends
    on the masks and the seed (one integer or several), not on the number of threads.
    """
    told = [hashlib.sha1(masks.tobytes()).hexdigest(), masks.shape,
            np.atleast_1d(seed).tolist()]
    return drawn("street", told, [__file__], lambda: _draw(masks, seed))


def _draw(masks: np.ndarray, seed: int | Sequence[int]) -> np.ndarray:
    def draw_chunk(start: int) -> np.ndarray:
        rng = np.random.default_rng([*np.atleast_1d(seed), start])
        own = masks[start:start + CHUNK]
        left, right = masks[rng.integers(len(masks), size=(2, len(own)))]
        return _paint(_number(own, left, right, rng), rng)

    with ThreadPoolExecutor() as pool:
        return np.concatenate(list(pool.map(draw_chunk, range(0, len(masks), CHUNK))))


def _number(own: np.ndarray, left: np.ndarray, right: np.ndarray,
            rng: np.random.Generator) -> np.ndarray:
    """Coverage float32 [n, H, W] in [0, 1] of a house number, its middle digit centred."""
    n, height, width = own.shape
    wide = np.zeros((n, height, 3 * width), np.uint8)
    (own_low, own_high), (_, left_high), (right_low, _) = map(_columns, (own, left, right))
    gap = rng.integers(1, max(2, width // 10) + 1, (2, n))
    shown = rng.random((2, n)) < 0.65
    for i in range(n):
        wide[i, :, width:2 * width] = own[i]
        if shown[0, i]:
            _paste(wide[i], left[i], width + own_low[i] - gap[0, i] - left_high[i])
        if shown[1, i]:
            _paste(wide[i], right[i], width + own_high[i] + gap[1, i] - right_low[i])
    zoom = rng.uniform(1.05, 1.35, n)
    angle = rng.normal(0, 4, n)
    shift = rng.normal(0, 0.03, (n, 2)) * width
    number = np.empty(own.shape, np.float32)
    for i in range(n):
        matrix = cv2.getRotationMatrix2D((1.5 * width - 0.5, height / 2 - 0.5), angle[i],
                                         zoom[i])
        matrix[:, 2] += shift[i] - (width, 0)
        number[i] = cv2.warpAffine(wide[i], matrix, (width, height), flags=cv2.INTER_LINEAR)
    return number / 255


def _columns(masks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First inked column and the column behind the last one, two int arrays [n]."""
    inked = masks.max(1) > 64
    return inked.argmax(1), masks.shape[2] - inked[:, ::-1].argmax(1)


def _paste(wide: np.ndarray, mask: np.ndarray, at: int) -> None:
    """Lays `mask` [H, W] over `wide` [H, 3 W] from column `at` on, cut at the borders."""
    low, high = max(at, 0), min(at + mask.shape[1], wide.shape[1])
    np.maximum(wide[:, low:high], mask[:, low - at:high - at], out=wide[:, low:high])


def _paint(number: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Colours, texture, blur and noise: float32 coverage [n, H, W] to uint8 [n, H, W, 3]."""
    n, size = len(number), number.shape[1:]
    wall, ink = _colours(n, rng)
    light = _normal(rng, 14, n, 1, 1, 1) * _ramp(n, size, rng)[..., None]
    images = _blotches(n, size, rng) + _plate(n, size, rng)
    images += wall[:, None, None] + light
    digit = light + _normal(rng, 6, n, 1, 1, 3) * _ramp(n, size, rng)[..., None]
    digit += ink[:, None, None]
    images += number[..., None] * (digit - images)
    blur = np.exp(rng.uniform(np.log(0.35), np.log(1.5), n)) * size[0] / 32
    for i in range(n):
        images[i] = cv2.GaussianBlur(images[i], (0, 0), blur[i])
    noise = rng.uniform(1.5, 6, (n, 1, 1, 1)).astype(np.float32)
    images += noise * _normal(rng, 1, *images.shape)
    return np.clip(np.rint(images), 0, 255).astype(np.uint8)


def _normal(rng: np.random.Generator, sd: float, *shape: int) -> np.ndarray:
    return np.float32(sd) * rng.standard_normal(shape, np.float32)


def _colours(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Wall and ink colours float32 [n, 3], at least MIN_CONTRAST levels of luma apart."""
    contrast = MIN_CONTRAST + rng.gamma(1.6, 30, n)
    contrast = np.minimum(contrast, 190) * rng.choice((-1, 1), n)
    low, high = 20 + np.maximum(-contrast, 0), 235 - np.maximum(contrast, 0)
    luma = low + (high - low) * rng.random(n)
    return _tint(luma, rng), _tint(luma + contrast, rng)


def _tint(luma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Colours float32 [n, 3] of exactly the given luma [n], within 0..255."""
    chroma = _chroma(len(luma), rng)
    reach = np.where(chroma > 0, 255 - luma[:, None], luma[:, None]) / (abs(chroma) + 1e-6)
    chroma *= np.minimum(reach.min(1, keepdims=True), 1)
    return (luma[:, None] + chroma).astype(np.float32)


def _chroma(n: int, rng: np.random.Generator) -> np.ndarray:
    """Colour without luma [n, 3]: from blue to brown and, less, from red to green."""
    chroma = rng.normal(0, 1, (n, 1)) * rng.gamma(1.2, 12, (n, 1)) * np.array([1, 0, -1])
    chroma += rng.normal(0, 1, (n, 1)) * rng.gamma(1.2, 5, (n, 1)) * np.array([1, -1, 0])
    return chroma - (chroma @ LUMA)[:, None]


def _ramp(n: int, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A linear gradient in a random direction, float32 [n, H, W] in about [-1, 1]."""
    angle = rng.uniform(0, 2 * np.pi, (n, 1, 1)).astype(np.float32)
    y = np.linspace(-1, 1, size[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, size[1], dtype=np.float32)[None]
    return np.cos(angle) * x + np.sin(angle) * y


def _blotches(n: int, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Texture of low frequency, mostly in luma: float32 [n, H, W, 3]."""
    coarse = _normal(rng, 0.35, n, 5, 5, 3) + _normal(rng, 1, n, 5, 5, 1)
    coarse *= rng.gamma(1.5, 5, (n, 1, 1, 1)).astype(np.float32)
    return np.stack([cv2.resize(c, size[::-1], interpolation=cv2.INTER_CUBIC) for c in coarse])


def _plate(n: int, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """For every third image a step of colour along a line beside the digit."""
    beside = _ramp(n, size, rng) > rng.uniform(0.55, 1.0, (n, 1, 1))
    step = rng.normal(0, 35, (n, 1)) + _chroma(n, rng)
    step *= rng.random((n, 1)) < 0.35
    return beside[..., None] * step[:, None, None].astype(np.float32)

"""Digits drawn by a program, similar to MNIST, so that everything runs offline.

A digit has one of several handwritings (data/strokes.py). It is bent by smooth random waves,
sheared, rotated and fitted into MNIST's box (20 of 28 pixels, LeCun et al. 1998). A round pen of
random width draws it at four times the size; then it is scaled down and slightly blurred.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np

from data import strokes
from data.drawn import drawn
from framework.errors import UserError

COUNTS = {"train": 20_000, "test": 4_000}
CHUNK = 500                     # digits per stream of random numbers, a multiple of 10
SPLITS = ("train", "test")
SUPERSAMPLE = 4
WAVES = 4


@cache
def _templates() -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    return strokes.templates()


class Glyphs:
    """The sequence of `count` glyphs of (seed, split), which are drawn on demand.

    `glyphs[start:stop]` is uint8 [stop - start, size, size], white strokes on black; it
    depends neither on the number of threads nor on earlier slices. `labels` are int32 [count];
    every ten digits from the start hold each class once.
    Raises UserError for no image, images under 8 pixels and a negative seed.
    """

    def __init__(self, count: int | None = None, size: int = 32, seed: int = 0,
                 split: str = "train"):
        self.count = COUNTS[split] if count is None else count
        if self.count < 1 or size < 8 or seed < 0:
            raise UserError("glyph needs at least one image of at least 8 pixels, seed >= 0")
        self.size, self.seed, self.split = size, seed, SPLITS.index(split)

    def __len__(self) -> int:
        return self.count

    @property
    def labels(self) -> np.ndarray:
        chunks = range(-(-self.count // CHUNK))
        return np.concatenate([_labels(self._rng(c)) for c in chunks])[:self.count]

    def __getitem__(self, part: slice) -> np.ndarray:
        start, stop, _ = part.indices(self.count)
        return drawn("glyph", [self.size, self.seed, self.split, start, stop],
                     [__file__, strokes.__file__], lambda: self._draw(start, stop))

    def _draw(self, start: int, stop: int) -> np.ndarray:
        chunks = range(start // CHUNK, -(-stop // CHUNK))
        with ThreadPoolExecutor() as pool:
            drawn = list(pool.map(lambda c: draw_chunk(self._rng(c), self.size), chunks))
        first = chunks.start * CHUNK
        return np.concatenate(drawn)[start - first:stop - first]

    def _rng(self, chunk: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, self.split, chunk])


def _labels(rng: np.random.Generator) -> np.ndarray:
    tens = np.tile(np.arange(10, dtype=np.int32), (CHUNK // 10, 1))
    return rng.permuted(tens, axis=1).ravel()


def draw_chunk(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draws one chunk of digits, uint8 [CHUNK, size, size]; `rng` gives their labels first."""
    labels = _labels(rng)
    curves, strokes_of, hands_of = _templates()
    hands = np.array([hands_of[digit][rng.integers(len(hands_of[digit]))] for digit in labels])
    pen = rng.uniform(0.055, 0.135, CHUNK)
    points = _fit(_lean(_bend(curves[hands], rng), rng), pen, rng)
    blur = rng.uniform(0.3, 0.4, CHUNK) + 2 * (pen - 0.055)
    images = np.empty((CHUNK, size, size), np.uint8)
    for i in range(CHUNK):
        _ink(points[i, :strokes_of[hands[i]]], pen[i], blur[i], images[i])
    return images


def _bend(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Moves points [n, s, p, 2] by a few random plane waves: an elastic deformation.

    It depends on the position alone, so that strokes that share a point stay joined.
    """
    n = len(points)
    points = points * np.stack([rng.uniform(0.6, 0.95, n), np.ones(n)], -1)[:, None, None]
    direction = rng.uniform(-0.9, 0.9, (n, WAVES, 2))
    phase = rng.uniform(0, 1, (n, WAVES))
    size = rng.normal(0, 0.045, (n, WAVES, 2))
    waves = np.einsum("nspc,nwc->nspw", points, direction) + phase[:, None, None]
    return points + np.einsum("nspw,nwc->nspc", np.sin(2 * np.pi * waves), size)


def _lean(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shears (handwriting leans to the right on average) and rotates by a few degrees."""
    n = len(points)
    shear = np.clip(rng.normal(0.12, 0.22, n), -0.4, 0.65)
    angle = np.radians(rng.normal(0, 5, n))
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.stack([cos, -sin - shear * cos, sin, cos - shear * sin], -1).reshape(n, 2, 2)
    return np.einsum("nspc,ndc->nspd", points, matrix)


def _fit(points: np.ndarray, pen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fits each digit and its pen into a box of about 20/28, near the centre of [0, 1]."""
    n = len(points)
    low, high = points.min((1, 2)), points.max((1, 2))
    box = 20 / 28 * rng.uniform(0.92, 1.08, n)
    scale = (box - pen) / (high - low).max(-1)
    centre = 0.5 + np.clip(rng.normal(0, 0.02, (n, 2)), -0.06, 0.06)
    return ((points - ((low + high) / 2)[:, None, None]) * scale[:, None, None, None]
            + centre[:, None, None])


def _ink(curves: np.ndarray, pen: float, blur: float, image: np.ndarray) -> None:
    """Draws `curves` [s, p, 2] in [0, 1] into the uint8 `image` [size, size]."""
    size = len(image)
    canvas = np.zeros((size * SUPERSAMPLE,) * 2, np.uint8)
    fixed = np.round((curves * len(canvas) - 0.5) * 16).astype(np.int32)
    width = max(1, round(pen * len(canvas)))
    cv2.polylines(canvas, list(fixed), False, 255, width, cv2.LINE_8, shift=4)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    cv2.GaussianBlur(small, (0, 0), blur * size / 32, dst=image)

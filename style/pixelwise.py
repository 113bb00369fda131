"""Texture pixel by pixel: each new pixel is looked up in the sample by what is known around it.

Efros and Leung, Texture Synthesis by Non-parametric Sampling, ICCV 1999. No net is trained.
"""

from collections.abc import Callable

import cv2
import numpy as np

from framework.errors import UserError

ERROR_THRESHOLD = 0.1           # matches up to this share worse than the best are drawn from
MAX_ERROR = 0.3                 # mean squared difference, pixels in [0, 1]; the paper's values
EASED = 1.1                     # factor of MAX_ERROR after a round in which nothing fitted
SEED_SIDE = 3                   # pixels of the piece of the sample that it grows from
ROUNDING = 1e-6                 # of `Sample.distances`, so that equal matches count as equal


def gaussian_window(side: int) -> np.ndarray:
    """Weights [side, side] of the pixels around a pixel: a Gaussian of sd side / 6.4, sum 1."""
    at = np.arange(side) - side // 2
    line = np.exp(-0.5 * (at / (side / 6.4)) ** 2)
    return (np.outer(line, line) / line.sum() ** 2).astype(np.float32)


class Sample:
    """The image that is looked up, and all of its windows of `side` x `side` pixels.

    pixels: uint8 [H, W, 3]. Raises UserError for an even side and for an image under a window.
    """

    def __init__(self, pixels: np.ndarray, side: int):
        height, width = pixels.shape[:2]
        if side % 2 == 0:
            raise UserError(f"window must be odd, so that it has a middle, not {side}")
        if min(height, width) < max(side, SEED_SIDE):
            raise UserError(f"the style of {width}x{height} is smaller than the window of {side}; "
                            "choose a larger --style_size or a smaller --window")
        self.pixels, self.side, self.reach = pixels, side, side // 2
        grey = (pixels == pixels[..., :1]).all()
        # About their mean, since differences of large squares round.
        planes = (pixels[..., :1] if grey else pixels).astype(np.float32) / 255
        self.mean = planes.mean((0, 1), dtype=np.float64).astype(np.float32)
        self.planes = [np.ascontiguousarray(plane) for plane in np.moveaxis(
            planes - self.mean, -1, 0)]
        self.squares = np.mean(np.square(self.planes), 0)

    @property
    def centred(self) -> np.ndarray:
        """The pixels as `distances` compares them: float32 [H, W, C] about their mean; C is 1 for
        a grey image."""
        return np.stack(self.planes, -1)

    def distances(self, template: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The weighted mean squared difference between `template` [side, side, C] and each window,
        [H - side + 1, W - side + 1]. weights: [side, side], not negative, not all 0."""
        weights = weights / weights.sum()
        # sum w (s - t)^2 = sum w s^2 - 2 sum w s t + sum w t^2, the first two by correlation.
        found = self._correlate(self.squares, weights)
        for c, plane in enumerate(self.planes):
            found -= 2 / len(self.planes) * self._correlate(plane, weights * template[..., c])
        return np.maximum(found + np.sum(weights * np.mean(template**2, -1)), 0)

    def _correlate(self, plane, kernel):
        inside = slice(self.reach, -self.reach or None)
        return cv2.filter2D(plane, -1, kernel)[inside, inside]


def grow(pixels: np.ndarray, size: tuple[int, int], window: int = 11, seed: int = 0,
         placed: Callable[[int], object] = lambda count: None) -> np.ndarray:
    """Draws a texture, uint8 [*size, 3], of colours that the sample `pixels`, uint8 [H, W, 3], has.

    It grows in rounds from a piece of the sample in its middle. window: side of the square around
    a new pixel that is compared, odd; about as large as what repeats in the sample. placed: called
    with the number of new pixels after each round. Raises UserError as `Sample` does.
    """
    growth = _Growth(Sample(pixels, window), size, np.random.default_rng(seed))
    placed(int(growth.known.sum()))
    most = MAX_ERROR
    while len(border := growth.border()):
        count = sum(growth.place(y, x, most) for y, x in border)
        most *= 1 if count else EASED
        placed(count)
    return growth.colours


class _Growth:
    """The picture while it grows: which pixels are known, and where in the sample each is from.

    values, weights of unknown pixels are 0, in a frame of half a window around the picture.
    """

    def __init__(self, sample, size, rng):
        self.sample, self.rng, reach = sample, rng, sample.reach
        self.window, self.centred = gaussian_window(sample.side), sample.centred
        framed = [length + 2 * reach for length in size]
        self.values = np.zeros((*framed, self.centred.shape[-1]), np.float32)
        self.framed = np.zeros(framed, np.float32)
        self.known = self.framed[reach:reach + size[0], reach:reach + size[1]]    # a view
        self.colours = np.zeros((*size, 3), np.uint8)
        self._plant(size)

    def _plant(self, size):
        height, width = (min(SEED_SIDE, length) for length in size)
        top, left = ((length - part) // 2 for length, part in zip(size, (height, width),
                                                                   strict=True))
        limits = self.sample.pixels.shape
        row = int(self.rng.integers(limits[0] - height + 1))
        column = int(self.rng.integers(limits[1] - width + 1))
        for y, x in np.ndindex(height, width):
            self._copy(top + y, left + x, row + y, column + x)

    def border(self):
        """The unknown pixels [N, 2] beside known ones: most known neighbours first, equal ones in
        random order."""
        count = cv2.filter2D(self.known.copy(), -1, np.ones((3, 3), np.float32),
                             borderType=cv2.BORDER_CONSTANT)
        at = np.argwhere((self.known == 0) & (count > 0.5))
        order = np.lexsort((self.rng.random(len(at)), -np.rint(count[at[:, 0], at[:, 1]])))
        return at[order]

    def place(self, y, x, most):
        """Gives one pixel its value, unless no window of the sample is nearer than `most`."""
        side, reach = self.sample.side, self.sample.reach
        around = slice(y, y + side), slice(x, x + side)
        found = self.sample.distances(self.values[around], self.window * self.framed[around])
        near = np.argwhere(found <= found.min() * (1 + ERROR_THRESHOLD) + ROUNDING)
        row, column = near[self.rng.integers(len(near))]
        if found[row, column] >= most:
            return False
        self._copy(y, x, row + reach, column + reach)
        return True

    def _copy(self, y, x, row, column):
        reach = self.sample.reach
        self.values[y + reach, x + reach] = self.centred[row, column]
        self.framed[y + reach, x + reach] = 1
        self.colours[y, x] = self.sample.pixels[row, column]

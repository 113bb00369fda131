"""Draws an image at one size by the nearest hypercolumns of styles, for `style.nnst`."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.hypercolumns import REDUCTION
from style.hypercolumns import Hypercolumns
from style.minimise import Progress, minimise
from style.nearby import Misfit, Scene, Style, bytes_of, directions, scene_of, targets
from style.optimise import OPTIMIZER_IMAGE_COPIES
from style.scales import counted_on, shrunk

tf = Lazy("tensorflow")

MARGIN = 8                      # pixels added around an image, so that no frame is drawn
RATE = 0.02                     # of Adam in a pyramid
COPIES = 4                      # of an image's columns, while they are matched
MIN_TILE_BYTES = 2**20


class Painted(NamedTuple):
    """A style, as images [1, h, w, 3], with its share in a mixture and the areas of each image,
    int32 [1, h, w, 1]; none: all is one area."""

    images: list[np.ndarray]
    share: float = 1.0
    areas: Sequence[np.ndarray] = ()

    def shrunk(self, share: float) -> "Painted":
        """With sides that are so much of their own."""
        return Painted([shrunk(image, share) for image in self.images], self.share,
                       [shrunk(each, share) for each in self.areas])


def centres(values: np.ndarray) -> np.ndarray:
    """The value in the middle of each hypercolumn's square: [1, H, W, 1] -> [H/4, W/4]."""
    return values[0, REDUCTION // 2::REDUCTION, REDUCTION // 2::REDUCTION, 0]


class Drawing:
    """Draws an image at one size. strength: see `nnst`; the rest: see `style.minimise.minimise`.

    The share of the style's direction is the square root of the strength: a place can keep its own
    features wholly and only come near to others, so that its own would win. The steps are shorter
    by that share, as the way is.
    """

    def __init__(self, phi: Hypercolumns, optimizer: str, iterations: int, tolerance: float,
                 strength: float):
        self.phi, self.optimizer, self.iterations = phi, optimizer, iterations
        self.tolerance, self.share = tolerance, math.sqrt(strength)
        self.margin = -(-MARGIN // phi.scale) * phi.scale

    def scene(self, styles: Sequence[Painted]) -> Scene:
        """The hypercolumns of styles."""
        return scene_of([Style(
            tf.concat([self._columns_inside(image) for image in style.images], 0), style.share,
            np.concatenate([self._areas_inside(each) for each in style.areas])
            if style.areas else None) for style in styles], self.phi.slices)

    def __call__(self, start: np.ndarray, content: np.ndarray, share: float, scene: Scene,
                 finest: bool, progress: Progress | None,
                 areas: np.ndarray | None = None) -> np.ndarray:
        """Draws from `start`, [1, H, W, 3] as `content` and the result. areas: of the content,
        int32 [1, H, W, 1].

        The style's columns are chosen once, for `start` with `share` of the content. In the second
        half of the steps at the finest size they are chosen anew, for what has been drawn and layer
        by layer, as in the paper's last phase.
        """
        image, own = self._framed(start), self._framed(content)
        whole, layers = ((0, self.phi.slices[-1][1]),), tuple(self.phi.slices)
        places = None if areas is None else centres(self._framed(areas))
        second = self.iterations // 2 if finest else 0
        first = self.iterations - second
        image = self._steps(image, image + share * (own - image), own, places, scene, whole,
                            first, counted_on(progress, 0, self.iterations))
        image = self._steps(image, image, own, places, scene, layers, second,
                            counted_on(progress, first, self.iterations))
        down, right = (slice(self.margin, self.margin + side) for side in start.shape[1:3])
        return image[:, down, right]

    def _steps(self, start, seen, own, places, scene, parts, steps, progress):
        """Matches the columns of `seen` and takes `steps` from `start`. own: the content. places:
        the areas of the columns."""
        if not steps:
            return start
        held = bytes_of(*(style.columns for style in scene.styles))
        columns = self.phi.compute(seen, held)
        target = targets(columns, scene, parts, self._left(held, bytes_of(columns)), places)
        del columns
        if self.share < 1:
            kept = directions(self.phi.compute(own, held + bytes_of(target)) * scene.weight,
                              scene.centre, parts)
            target = self.share * target + (1 - self.share) * kept
        held += OPTIMIZER_IMAGE_COPIES.get(self.optimizer, 0) * start.nbytes
        return minimise(Misfit(self.phi, target, scene, parts, held), start, self.optimizer, steps,
                        progress, tolerance=self.tolerance, rate=self.share * RATE)

    def check(self, size: tuple[int, int], styles: Sequence[Painted]) -> None:
        """Raises UserError where the memory limit holds no drawing of `size`, height and width."""
        height, width = (self._framed_side(side) for side in size)
        held = sum(self.phi.size(*map(self._framed_side, image.shape[1:3]))
                   for style in styles for image in style.images)
        own = self.phi.size(height, width)
        self._left(held, own)
        copies = OPTIMIZER_IMAGE_COPIES.get(self.optimizer, 0)
        self.phi.strips(height, width, held + own + copies * 12 * height * width)

    def _left(self, held: int, own: int) -> int | None:
        """The bytes for the tiles of a match beside the styles' columns, `held`, and some copies of
        the `own`."""
        if self.phi.memory_limit is None:
            return None
        left = self.phi.memory_limit - held - COPIES * own
        if left < MIN_TILE_BYTES:
            raise UserError(f"to match these images needs "
                            f"{math.ceil((held + COPIES * own + MIN_TILE_BYTES) / 2**20)} MiB, and "
                            f"the memory limit is {self.phi.memory_limit / 2**20:.0f} MiB; raise "
                            "it, or choose smaller images or fewer --style_layers")
        return left

    def _framed_side(self, side: int) -> int:
        return side + 2 * self.margin + -side % self.phi.scale

    def _framed(self, image: np.ndarray) -> np.ndarray:
        """`image` [1, H, W, C] with its mirror image around it, at least `margin` pixels wide, and
        with sides that the deepest layer divides."""
        more = [(self.margin, self.margin + -side % self.phi.scale) for side in image.shape[1:3]]
        return np.pad(image, ((0, 0), *more, (0, 0)), "symmetric")

    def _columns_inside(self, image: np.ndarray) -> Tensor:
        """The hypercolumns [M, C] of an image without those of the margin."""
        found = self._inside(self.phi.compute(self._framed(image))[0], image)
        return tf.reshape(found, (-1, found.shape[-1]))

    def _areas_inside(self, areas: np.ndarray) -> np.ndarray:
        """The areas [M] of these columns."""
        return self._inside(centres(self._framed(areas)), areas).ravel()

    def _inside(self, framed, image):
        first = self.margin // REDUCTION
        rows, columns = (-(-side // REDUCTION) for side in image.shape[1:3])
        return framed[first:first + rows, first:first + columns]

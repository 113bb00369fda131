"""`stylize --method nnst`: every place of the image takes the features of the style's nearest.

Kolkin et al. 2022, "Neural Neighbor Style Transfer", as an optimisation from coarse to fine. What
differs from the paper was chosen by looking at results: layers count more evenly than by the size
of their numbers, and cosines are taken from the style's mean also in the loss.
"""

from functools import lru_cache

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.hypercolumns import REDUCTION
from nets.vgg import layers_of
from style.colors import coral
from style.features import layers_at_hand
from style.hypercolumns import Hypercolumns
from style.methods import METHODS
from style.minimise import Progress, minimise
from style.nearby import Misfit, Scene, Style, bytes_of, directions, scene_of, targets
from style.optimise import OPTIMIZER_IMAGE_COPIES
from style.scales import counted_on, detail, resized, sizes

tf = Lazy("tensorflow")

LAYERS = tuple(f"block{block}_conv{i}" for block, count in ((1, 2), (2, 2), (3, 4), (4, 4))
               for i in range(1, count + 1))
MARGIN = 8                      # pixels added around an image, so that no frame is drawn
RATE = 0.02                     # of Adam in a pyramid


@METHODS.register("nnst")
def nnst(content: np.ndarray, styles: list[np.ndarray], *, style_layers: str = "",
         content_share: float = 0.4, strength: float = 1.0, resolutions: int = 4,
         style_rotations: int = 1, style_scales: int = 1, memory_limit: int | None = None,
         vgg_weights: str = "imagenet", pooling: str = "max", optimizer: str = "pyramid",
         iterations: int = 20, tolerance: float = 0.01,
         progress: Progress | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles`.

    style_layers: of VGG-19, which make the hypercolumns; "" for those of blocks 1 to 4 that the
    weights hold. content_share: of the photograph in what is matched, at all sizes but the
    coarsest (the paper's alpha). strength: 0 returns the photograph, 1 is all style; between, each
    place is drawn to a mixture of its own features and the style's. resolutions: sizes, each half
    of the next, as far as `style.scales.sizes` goes. style_rotations, style_scales: see
    `variants`. iterations: at most so many at each size. tolerance: see `style.minimise.settled`.
    """
    if not strength:
        return content
    layers = layers_of(style_layers) or layers_at_hand(LAYERS, vgg_weights, fewer=True)
    draw = Drawing(extractor(layers, vgg_weights, pooling, memory_limit), optimizer, iterations,
                   tolerance, strength)
    height, width = content.shape[1:3]
    every = sizes(height, width, resolutions)
    painted = variants(styles[0], style_rotations, style_scales)
    image = resized(content, every[0])
    for number, size in enumerate(every):
        small = resized(content, size)
        scene = draw.scene([[shrunk(each, size[0] / height) for each in painted]])
        if number:
            image = resized(image, size) + detail(small, every[number - 1])
        image = draw(image, small, content_share, scene, number == len(every) - 1,
                     counted_on(progress, number * iterations, len(every) * iterations))
    return image + strength * (coral(image, styles[0]) - image)


def variants(style: np.ndarray, rotations: int, scales: int) -> list[np.ndarray]:
    """`style` [1, h, w, 3] turned by 0, 90, ... degrees, `rotations` times; and each of these in
    `scales` sizes, each 1 / sqrt(2) of the one before."""
    return [np.ascontiguousarray(np.rot90(shrunk(style, 2 ** (-size / 2)), turn, (1, 2)))
            for size in range(scales) for turn in range(rotations)]


def shrunk(image: np.ndarray, share: float) -> np.ndarray:
    """`image` [1, h, w, 3] with sides that are so much of its own, at least a pixel."""
    height, width = (max(1, round(share * side)) for side in image.shape[1:3])
    return resized(image, (height, width))


class Drawing:
    """Draws an image at one size. strength: see `nnst`; the rest: see `style.minimise.minimise`."""

    def __init__(self, phi: Hypercolumns, optimizer: str, iterations: int, tolerance: float,
                 strength: float):
        self.phi, self.optimizer, self.iterations = phi, optimizer, iterations
        self.tolerance, self.strength = tolerance, strength
        self.margin = -(-MARGIN // phi.scale) * phi.scale

    def scene(self, styles: list[list[np.ndarray]]) -> Scene:
        """Of styles, each of which is images [1, h, w, 3]."""
        return scene_of([Style(tf.concat([self._columns_inside(image) for image in images], 0))
                         for images in styles], self.phi.slices)

    def __call__(self, start: np.ndarray, content: np.ndarray, share: float, scene: Scene,
                 finest: bool, progress: Progress | None) -> np.ndarray:
        """Draws from `start`, [1, H, W, 3] as `content` and the result.

        The style's columns are chosen once, for `start` with `share` of the content. In the second
        half of the steps at the finest size they are chosen anew, for what has been drawn and layer
        by layer, as in the paper's last phase.
        """
        image, own = self._framed(start), self._framed(content)
        whole, layers = ((0, self.phi.slices[-1][1]),), tuple(self.phi.slices)
        second = self.iterations // 2 if finest else 0
        first = self.iterations - second
        image = self._steps(image, image + share * (own - image), own, scene, whole, first,
                            counted_on(progress, 0, self.iterations))
        image = self._steps(image, image, own, scene, layers, second,
                            counted_on(progress, first, self.iterations))
        down, right = (slice(self.margin, self.margin + side) for side in start.shape[1:3])
        return image[:, down, right]

    def _steps(self, start, seen, own, scene, parts, steps, progress):
        """Matches the columns of `seen` and takes `steps` from `start`. own: the content."""
        if not steps:
            return start
        held = bytes_of(*(style.columns for style in scene.styles))
        columns = self.phi.compute(seen, held)
        target = targets(columns, scene, parts, self._left(held + 5 * bytes_of(columns)))
        if self.strength < 1:
            kept = directions(self.phi.compute(own, held + bytes_of(target)) * scene.weight,
                              scene.centre, parts)
            target = self.strength * target + (1 - self.strength) * kept
        held += OPTIMIZER_IMAGE_COPIES.get(self.optimizer, 0) * start.nbytes
        return minimise(Misfit(self.phi, target, scene, parts, held), start, self.optimizer, steps,
                        progress, tolerance=self.tolerance, rate=RATE)

    def _left(self, held: int) -> int | None:
        limit = self.phi.memory_limit
        return None if limit is None else limit - held

    def _framed(self, image: np.ndarray) -> np.ndarray:
        """`image` [1, H, W, 3] with its mirror image around it, at least `margin` pixels wide, and
        with sides that the deepest layer divides."""
        more = [(self.margin, self.margin + -side % self.phi.scale) for side in image.shape[1:3]]
        return np.pad(image, ((0, 0), *more, (0, 0)), "symmetric").astype(np.float32)

    def _columns_inside(self, image: np.ndarray) -> Tensor:
        """The hypercolumns [M, C] of an image without those of the margin."""
        first = self.margin // REDUCTION
        rows, columns = (-(-side // REDUCTION) for side in image.shape[1:3])
        found = self.phi.compute(self._framed(image))[0, first:first + rows, first:first + columns]
        return tf.reshape(found, (-1, found.shape[-1]))


@lru_cache(maxsize=4)
def extractor(layers: tuple[str, ...], weights: str, pooling: str = "max",
              memory_limit: int | None = None) -> Hypercolumns:
    """The hypercolumns of `layers`; the last four extractors are cached."""
    return Hypercolumns(layers, weights, pooling, memory_limit)

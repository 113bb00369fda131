"""`stylize --method nnst`: every place of the image takes the features of the style's nearest.

Kolkin et al. 2022, "Neural Neighbor Style Transfer", as an optimisation from coarse to fine. What
differs from the paper was chosen by looking at results: layers count more evenly than by the size
of their numbers, cosines are taken from the style's mean also in the loss, and the colours of the
result have the style's mean and covariance, no more.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from nets.vgg import layers_of
from style.areas import read_areas
from style.colors import recoloured
from style.drawing import Drawing, Painted
from style.features import layers_at_hand
from style.hypercolumns import Hypercolumns
from style.methods import METHODS
from style.minimise import Progress
from style.scales import counted_on, from_coarse_to_fine, resized, shrunk, sizes

LAYERS = tuple(f"block{block}_conv{i}" for block, count in ((1, 2), (2, 2), (3, 4), (4, 4))
               for i in range(1, count + 1))


@METHODS.register("nnst")
def nnst(content: np.ndarray, styles: list[np.ndarray], *, style_layers: str = "",
         content_share: float = 0.4, color_share: float = 1.0, strength: float = 1.0,
         mix: Sequence[float] = (), content_mask: str = "", style_mask: str = "",
         resolutions: int = 4, style_rotations: int = 1, style_scales: int = 1,
         memory_limit: int | None = None, vgg_weights: str = "imagenet", pooling: str = "max",
         optimizer: str = "pyramid", iterations: int = 12, tolerance: float = 0.01,
         progress: Progress | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles`, or in a mixture of all.

    style_layers: of VGG-19, which make the hypercolumns; "" for those of blocks 1 to 4 that the
    weights hold. content_share: of the photograph in what is matched, at all sizes but the
    coarsest (the paper's alpha). color_share: see `style.colors.recoloured`. strength: 0 returns
    the photograph, 1 is all style; between, each place is drawn to a mixture of its own features
    and the style's. mix: weights of all the styles. content_mask, style_mask: see `style.areas`.
    resolutions: sizes, each half of the next, as far as `style.scales.sizes` goes. style_rotations,
    style_scales: see `variants`. iterations: at most so many at each size. tolerance: see
    `style.minimise.settled`.
    """
    if not strength:
        return content
    shares = tuple(mix) or (1.0,)
    styles, areas = styles[:len(shares)], read_areas(content_mask, style_mask, len(shares))
    layers = layers_of(style_layers) or layers_at_hand(LAYERS, vgg_weights, fewer=True)
    draw = Drawing(extractor(layers, vgg_weights, pooling, memory_limit), optimizer, iterations,
                   tolerance, strength)
    painted = [Painted(variants(style, style_rotations, style_scales), share, variants(
        resized(areas.styles[i], style.shape[1:3]), style_rotations, style_scales) if areas else [])
        for i, (style, share) in enumerate(zip(styles, shares, strict=True))]
    height, width = content.shape[1:3]
    every = sizes(height, width, resolutions)
    draw.check((height, width), painted)

    def at_one_size(start, small, number):
        size = every[number]
        scene = draw.scene([each.shrunk(size[0] / height) for each in painted])
        return draw(start, small, content_share, scene, number == len(every) - 1,
                    counted_on(progress, number * iterations, len(every) * iterations),
                    resized(areas.content, size) if areas else None)
    image = from_coarse_to_fine(content, every, at_one_size)
    return recoloured(image, styles, shares, areas, strength * color_share)


def variants(image: np.ndarray, rotations: int, scales: int) -> list[np.ndarray]:
    """`image` [1, h, w, C] turned by 0, 90, ... degrees, `rotations` times; and each of these in
    `scales` sizes, each 1 / sqrt(2) of the one before."""
    return [np.ascontiguousarray(np.rot90(shrunk(image, 2 ** (-size / 2)), turn, (1, 2)))
            for size in range(scales) for turn in range(rotations)]


@lru_cache(maxsize=4)
def extractor(layers: tuple[str, ...], weights: str, pooling: str = "max",
              memory_limit: int | None = None) -> Hypercolumns:
    """The hypercolumns of `layers`; the last four extractors are cached."""
    return Hypercolumns(layers, weights, pooling, memory_limit)

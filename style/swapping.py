"""Style swap of relu3_1 from coarse to fine, with what turns swapped activations into an image.

Chen's thesis swaps at one size. A swap that begins from what was drawn at half the size brings the
style's large shapes too, as an optimisation does that goes from coarse to fine (Kolkin et al.
2022), and costs a third more.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.architectures.style import CHANNELS
from nets.swap import Plan
from style.features import FeatureStrips, mixed
from style.few_patches import swapped
from style.scales import from_coarse_to_fine, shrunk, sizes
from style.trained import bordered, cut, remembered

carried = Lazy("nets.inverse")

LEAST_SIDE = 32         # pixels of a style at the coarsest size: fewer have too few patches

# (swapped activations [1, h, w, C], the image that was swapped, whether this is the finest size)
# -> the image [1, 4h, 4w, 3]
Invert = Callable[[Tensor, np.ndarray, bool], np.ndarray]


def swap_and_invert(content: np.ndarray, style: np.ndarray, phi: FeatureStrips, invert: Invert, *,
                    carries: bool, patch_size: int, stride: int, style_patches: int, matches: str,
                    resolutions: int, content_share: float, strength: float) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the `style` [1, h, w, 3]: at each of `resolutions` sizes
    swaps the activations `phi` of relu3_1, which `invert` makes an image of.

    carries: whether the style's pixels go with its patches, as 48 channels behind the activations
    (`nets.inverse.squares`). content_share: of the photograph in what is swapped, at all sizes but
    the coarsest; the rest is what was drawn at the size before. style_patches, matches: see
    `style.few_patches.swapped`. strength: of the swapped activations in a mixture with the
    content's own. Raises UserError as `nets.swap.style_swap` does.
    """
    every = _sizes(content, style, resolutions, phi.scale * patch_size)
    of_style = _style_reader(phi, carries)
    _check_memory(content, style, patch_size, stride, phi)
    weights = carried.window(patch_size) if carries else None

    def draw(start, small, number):
        seen = bordered(np.clip(start + content_share * (small - start), -1, 1), phi.scale)
        painted, pixels = of_style(style, every[number][0] / content.shape[1])
        activations = swapped(phi.compute(seen), painted, patch_size, stride, phi.memory_limit,
                              style_patches, pixels, matches=matches, window=weights)
        if strength < 1:
            own = bordered(small, phi.scale)
            beside = [carried.squares(own)] if carries else []
            own = np.concatenate([phi.compute(own), *beside], -1)
            activations = mixed(activations, own, strength)
        return cut(invert(activations, seen, number == len(every) - 1), small)
    return from_coarse_to_fine(content, every, draw)


def _check_memory(content, style, patch_size, stride, phi):
    """Raises UserError if the memory limit of `phi` holds no swap or strip of the finest size,
    before the coarser ones are drawn."""
    def grid(image):
        height, width = (side // phi.scale for side in image.shape[1:3])
        return height, width, CHANNELS
    seen = bordered(content, phi.scale)
    Plan(grid(seen), grid(style), patch_size, stride, phi.memory_limit)
    phi.strips(*seen.shape[1:3])


@lru_cache(maxsize=2)
def _style_reader(phi: FeatureStrips, repaints: bool):
    """A function of a style and the share of its sides that is read, to its activations and, for a
    net that repaints, its pixels in squares."""
    def read(image, share):
        small = shrunk(image, share)
        return phi.compute(small), carried.squares(small) if repaints else None
    return remembered(read)


def _sizes(content, style, most, patch):
    """Those of `style.scales.sizes` at which the style has LEAST_SIDE pixels, and both images more
    than the sides of a `patch`; the finest always."""
    height, width = content.shape[1:3]
    *coarser, finest = sizes(height, width, most)
    least = max(LEAST_SIDE, patch + 1) / min(style.shape[1:3])
    return [size for size in coarser if size[0] / height >= least and min(size) > patch] + [finest]

"""Style swap with all style patches or fewer, those that stand for all, and exactly or nearly."""

import sys
from functools import partial

import numpy as np
from tqdm import tqdm

from framework.errors import UserError
from framework.tensors import Tensor
from nets.patches import match_cosines, match_some, representatives
from nets.projected import match_projected
from nets.swap import match_patches, style_swap
from style.areas import known

MATCHES = ("exact", "near")     # how the best patches are found


class Representatives:
    """Patches that stand for all of a style; those of the last style are kept, since all frames of
    a film have one."""

    def __init__(self):
        self._newest: tuple[Tensor, tuple[int, int, int], np.ndarray] | None = None

    def __call__(self, content: Tensor, style: Tensor, patch_size: int, stride: int,
                 count: int) -> np.ndarray:
        """See `nets.patches.representatives`. For a new style a line on standard error says how
        near they come to the patches of `content`."""
        asked = patch_size, stride, count
        if self._newest is None or self._newest[0] is not style or self._newest[1] != asked:
            chosen = representatives(style, patch_size, stride, count)
            few, all_ = match_cosines(content, style, patch_size, stride, chosen)
            tqdm.write(f"{len(chosen)} style patches: mean cosine {few:.4f} to the content's, "
                       f"{all_:.4f} with all of them", file=sys.stderr)
            self._newest = style, asked, chosen
        return self._newest[2]


_representatives = Representatives()


def swapped(content: Tensor, style: Tensor, patch_size: int, stride: int,
            memory_limit: int | None, style_patches: int, carried: Tensor | None = None,
            areas: tuple[np.ndarray, np.ndarray] | None = None, matches: str = "exact",
            window: np.ndarray | None = None) -> Tensor:
    """`nets.swap.style_swap` with at most `style_patches` patches of the style; 0: all. areas: the
    numbers of the areas of the content's and of the style's activations, int32 [h, w]; a patch
    belongs to that of its centre, see `style.areas`. matches: of MATCHES; "near" is
    `nets.projected.match_projected`, and of few patches and of areas there are exact ones alone.
    Raises UserError for both of these."""
    match = match_projected if matches == "near" else None
    if style_patches and areas is not None:
        raise UserError("style_patches stand for all of the style, and masks part it in areas; use "
                        "one of them")
    if style_patches:
        chosen = _representatives(content, style, patch_size, stride, style_patches)
        match = partial(match_some, chosen=chosen)
    if areas is not None:
        own, other = (centres_of_patches(numbers, patch_size, stride) for numbers in areas)
        match = partial(match_patches, areas=(known(own, other), other))
    return style_swap(content, style, patch_size, stride, memory_limit, match, carried, window)


def centres_of_patches(values: np.ndarray, patch_size: int, stride: int) -> np.ndarray:
    """Those of `values` [h, w] that are at the centres of the patches of `nets.swap`."""
    first, rest = patch_size // 2, patch_size - patch_size // 2 - 1
    height, width = values.shape
    return values[first:height - rest:stride, first:width - rest:stride]

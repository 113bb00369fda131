"""Areas of two images that correspond, from masks: --content_mask and --style_mask.

A mask is an image in whose flat colours, or greys, the areas are painted; the same colour in both
masks is the same area. Pixels between two colours, as at soft edges, belong to none: of the content
they may become like anything, of the style nothing becomes like them.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from framework.errors import UserError
from style.images import read_uint8
from style.scales import resized

APART = 64.0                    # levels of RGB from one colour of a mask to the next
LEAST_SHARE = 0.005             # of a mask that a colour covers
COARSE = 16                     # levels that are counted as one
ANY = -1                        # of the content: may become like anything
NONE = -2                       # of the style: nothing becomes like it


class Areas(NamedTuple):
    """The number of each pixel's area, int32 [1, H, W, 1]: of the content, and of each style."""

    content: np.ndarray
    styles: list[np.ndarray]


@lru_cache(maxsize=4)
def read_areas(content_mask: str, style_mask: str, styles: int) -> Areas | None:
    """The areas in the file `content_mask` and in those of `style_mask`, whose names commas part,
    as many as `styles`. None without masks.

    Raises UserError for one without the other, for another number of them, for files that are no
    images and for a colour of the content's mask that is in no style's.
    """
    if not content_mask and not style_mask:
        return None
    paths = mask_files("", style_mask)
    if not content_mask or not paths:
        raise UserError("areas correspond in two masks: give --content_mask and --style_mask")
    if len(paths) != styles:
        raise UserError(f"{len(paths)} masks are not of {styles} styles; mix several styles, by "
                        "--mix, with a mask for each")
    mask, painted = read_uint8(content_mask), [read_uint8(path) for path in paths]
    colours = colours_of(mask)
    found = Areas(numbers(mask, colours, ANY), [numbers(each, colours, NONE) for each in painted])
    for number, colour in enumerate(colours):
        if not any((each == number).any() for each in found.styles):
            raise UserError(f"the colour {tuple(map(int, colour))} of {content_mask} is not in "
                            f"{' or '.join(paths)}")
    return found


def mask_files(content_mask: str, style_mask: str) -> list[str]:
    """The files of both."""
    return [name.strip() for name in (content_mask, *style_mask.split(",")) if name.strip()]


def colours_of(mask: np.ndarray) -> np.ndarray:
    """The colours [n, 3] of a mask, uint8 [H, W, 3], the most frequent first: those that cover
    LEAST_SHARE of its flat parts and lie APART from each one before."""
    pixels = mask[is_flat(mask)]
    _, which, counts = np.unique(pixels // COARSE, axis=0, return_inverse=True, return_counts=True)
    chosen: list[np.ndarray] = []
    for kind in np.argsort(-counts, kind="stable"):
        colour = np.median(pixels[which.ravel() == kind], 0)
        far = all(np.linalg.norm(colour - other) >= APART for other in chosen)
        if far and counts[kind] >= LEAST_SHARE * len(pixels):
            chosen.append(colour)
    return np.stack(chosen)


def is_flat(mask: np.ndarray) -> np.ndarray:
    """[H, W]: whether a pixel is like its eight neighbours, as a JPEG keeps it; all of them where
    none is."""
    import cv2

    square = np.ones((3, 3), np.uint8)
    flat = (cv2.dilate(mask, square) - cv2.erode(mask, square)).max(-1) < APART / 2
    return flat if flat.any() else np.ones_like(flat)


def numbers(mask: np.ndarray, colours: np.ndarray, otherwise: int) -> np.ndarray:
    """The number of the nearest of the `colours` for each pixel of a mask, int32 [1, H, W, 1];
    `otherwise` where it is half of APART away, or more."""
    away = np.stack([np.linalg.norm(mask - colour, axis=-1) for colour in colours], -1)
    number = np.where(away.min(-1) < APART / 2, away.argmin(-1), otherwise)
    return number.astype(np.int32)[None, ..., None]


def at_places(areas: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Areas int32 [1, H, W, 1] as int32 [height, width] at `size`, by the nearest pixel."""
    return resized(areas, size)[0, ..., 0]


def known(content: np.ndarray, style: Sequence[int] | np.ndarray) -> np.ndarray:
    """The content's areas, ANY in the place of those that the style lacks."""
    return np.where(np.isin(content, style), content, ANY)

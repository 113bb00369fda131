"""Grids of images: what every domain draws of the same latents."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from framework.errors import UserError
from framework.pixels import to_uint8

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

GREY = 128
SEPARATOR = 2                   # pixels of a line between two domains, or two groups of rows
LAYOUTS = ("pairs", "blocks")
MIN_SIDE = 64                   # of a shown image, which an eye can read
MARGIN_FONT_PIXELS = 15
MAX_SIDE, MAX_PIXELS = 2**16 - 1, 2**27         # of a picture that viewers open


def image_grid(images: Sequence[np.ndarray], columns: int, scale: int = 1, *,
               layout: str = "blocks", names: Sequence[str] = ()) -> np.ndarray:
    """K arrays [N, H, W, C] in [-1, 1], C 1 or 3, as one picture, uint8 [H, W, 3].

    Image n of every domain is in column n % columns. layout "blocks", the thesis's: all rows of
    the first domain stand above the matching rows of the second, and so on. "pairs": what belongs
    to one latent stands together, row r of the first domain above row r of the second. Grey lines
    part the blocks or the groups of rows; a single domain has none. scale: side of the square of
    pixels that a pixel becomes. names: of the domains, for a margin on the left; none without.
    """
    tiled = [_rows(to_uint8(domain), min(columns, len(domain))) for domain in images]
    tiled = [rows.repeat(scale, 1).repeat(scale, 2) for rows in tiled]       # [R, H, W, 3] each
    if layout == "pairs" and len(images) > 1:
        groups = [[domain[r] for domain in tiled if r < len(domain)]
                  for r in range(max(map(len, tiled)))]
        labels = [list(names[:len(group)]) for group in groups]
    else:
        groups = [list(domain) for domain in tiled]
        labels = [[name] for name in names] or [[] for _ in groups]
    blocks = [np.concatenate(group) for group in groups]
    if names:
        wide = max(_text_width(name) for name in names) + MARGIN_FONT_PIXELS
        blocks = [np.concatenate([_margin(block.shape[0], wide, label), block], 1)
                  for block, label in zip(blocks, labels, strict=True)]
    line = np.full((SEPARATOR * scale, blocks[0].shape[1], 3), GREY, np.uint8)
    return np.concatenate([part for block in blocks for part in (line, block)][1:])


def check_grid(count: int, columns: int, shape: Sequence[int], domains: int, remedy: str) -> None:
    """Raises UserError, which ends in `remedy`, where the enlarged grid of `count` images of
    `shape` (H, W, C) of each domain would be too large for a picture."""
    scale, across = enlargement(shape[0]), min(columns, count)
    height = domains * math.ceil(count / across) * shape[0] * scale
    width = across * shape[1] * scale
    if max(height, width) > MAX_SIDE or height * width > MAX_PIXELS:
        raise UserError(f"the picture would have {width} x {height} pixels, more than a PNG of "
                        f"{MAX_SIDE} a side and {MAX_PIXELS // 10**6} million in all; {remedy}")


def enlargement(height: int) -> int:
    """The scale that shows images of `height` pixels at MIN_SIDE pixels or more."""
    return math.ceil(MIN_SIDE / height)


def _rows(images: np.ndarray, columns: int) -> np.ndarray:
    """uint8 [N, H, W, C] as rows [R, H, columns * W, 3]; places left over are grey."""
    count, height, width, channels = images.shape
    rows = math.ceil(count / columns)
    tiles = np.full((rows * columns, height, width, 3), GREY, np.uint8)
    tiles[:count] = images if channels == 3 else images.repeat(3, -1)
    tiles = tiles.reshape(rows, columns, height, width, 3).swapaxes(1, 2)
    return tiles.reshape(rows, height, columns * width, 3)


def _margin(height: int, width: int, labels: Sequence[str]) -> np.ndarray:
    """White, uint8 [height, width, 3], with the labels beside equal parts of the height."""
    from PIL import Image, ImageDraw

    strip = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(strip)
    for k, label in enumerate(labels):
        middle = (2 * k + 1) * height / (2 * len(labels))
        draw.text((MARGIN_FONT_PIXELS // 2, middle), label, "black", label_font(), anchor="lm")
    return np.asarray(strip)


def _text_width(text: str) -> int:
    return math.ceil(label_font().getlength(text))


def label_font(pixels: int = MARGIN_FONT_PIXELS) -> "FreeTypeFont":
    """Matplotlib's own font, which holds the letters of many scripts, `pixels` high."""
    from matplotlib import font_manager
    from PIL import ImageFont

    return ImageFont.truetype(font_manager.findfont("DejaVu Sans"), pixels)

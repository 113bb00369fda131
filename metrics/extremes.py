"""A picture of the pairs with the lowest and the highest perceptual distance (figures 5.1, 5.3
and 5.6 of the SCoGAN thesis)."""

from collections.abc import Sequence

import numpy as np

from framework.grid import GREY, SEPARATOR, enlargement, image_grid

SCORE_STRIP_PIXELS = 16              # height of the line of scores
SCORE_FONT_SCALE = 0.8               # of cv2.putText

ScoredPair = tuple[float, tuple[np.ndarray, np.ndarray]]     # score, images [H, W, C] in [-1, 1]


def picture(lowest: Sequence[ScoredPair], highest: Sequence[ScoredPair]) -> np.ndarray:
    """Returns uint8 [H, W, 3]: a row of the pairs with the lowest scores, below it those with
    the highest. A pair is its score, its first image and below that its second image."""
    blocks = [draw_block(pairs) for pairs in (lowest, highest)]
    line = np.full((2 * SEPARATOR, blocks[0].shape[1], 3), GREY, np.uint8)
    return np.concatenate([blocks[0], line, blocks[1]])


def draw_block(pairs: Sequence[ScoredPair]) -> np.ndarray:
    """Draws pairs side by side, each below its score. Returns uint8 [H, W, 3]."""
    images = [np.stack([pair[side] for _, pair in pairs]) for side in (0, 1)]
    return draw_row([f"{score:.4f}" for score, _ in pairs], images)


def draw_row(texts: Sequence[str], images: Sequence[np.ndarray]) -> np.ndarray:
    """Draws the i-th of each of the `images`, K arrays [n, H, W, C] in [-1, 1], below each other
    and below texts[i], side by side. Returns uint8 [H, W, 3]."""
    grid = image_grid(images, len(texts), enlargement(images[0].shape[1]))
    return np.concatenate([draw_texts(texts, grid.shape[1] // len(texts)), grid])


def draw_texts(texts: Sequence[str], width: int) -> np.ndarray:
    """Returns a white strip, uint8 [SCORE_STRIP_PIXELS, width * n, 3], with each text in its
    column of `width` pixels."""
    import cv2

    strip = np.full((SCORE_STRIP_PIXELS, width * len(texts), 3), 255, np.uint8)
    for i, text in enumerate(texts):
        cv2.putText(strip, text, (i * width + 2, SCORE_STRIP_PIXELS - 4),
                    cv2.FONT_HERSHEY_PLAIN, SCORE_FONT_SCALE, (0, 0, 0), 1, cv2.LINE_AA)
    return strip

"""Carries the result of a film's frame on to the next, so that they do not flicker.

The result before, moved as the picture moved, is mixed into what is drawn now, where the source
shows the same in both frames.
"""

import numpy as np

from framework.pixels import to_unit
from style.motion import Motion, warp

DETAIL = 1.0                    # pixels
MAX_GAIN = 1.3                  # of the detail: more would bring back what is noise


def carry(last: np.ndarray, motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Moves the result before, uint8 [h, w, 3], to its place in the next frame: float32 in
    [-1, 1], and where it counts, float32 [h, w, 1].

    The result may be smaller than the content or hold it several times, as `adain` draws it.
    """
    height, width = last.shape[:2]
    shift, seen = (_fitted(each, height, width) for each in motion)
    moved = np.clip(warp(last.astype(np.float32), shift, sharp=True)[0], 0, 255)
    return to_unit(moved), seen[..., None]


def blend(drawn: np.ndarray, last: np.ndarray, motion: Motion, share: float) -> np.ndarray:
    """Mixes `share` of the result before, uint8 [h, w, 3], into `drawn`, float32 [1, h, w, 3], by
    the motion from then to now. Returns `drawn` where the two are not of one size.

    A mean of several frames is blurred, so its detail, what a Gaussian of DETAIL pixels takes
    away, is made as strong as that of `drawn`.
    """
    if drawn.shape[1:] != last.shape:
        return drawn
    now = np.clip(drawn[0], -1, 1)
    moved, seen = carry(last, motion)
    mixed = now + share * seen * (moved - now)
    fine, wanted = _detail(mixed), _detail(now)
    gain = np.clip(np.abs(wanted).mean() / max(float(np.abs(fine).mean()), 1e-6), 1, MAX_GAIN)
    return (mixed + (gain - 1) * fine)[None]


def _detail(image: np.ndarray) -> np.ndarray:
    import cv2

    return image - cv2.GaussianBlur(image, (0, 0), DETAIL)


def _fitted(field: np.ndarray, height: int, width: int) -> np.ndarray:
    """A field of the content's size, at the size of a result."""
    times = [-(-size // of) for size, of in zip((height, width), field.shape[:2], strict=True)]
    return np.tile(field, (*times, *[1] * (field.ndim - 2)))[:height, :width]

"""The motion between two frames of a film, by dense inverse search (Kroeger et al. 2016)."""

from typing import Any, NamedTuple

import numpy as np

MAX_SOURCE_DIFFERENCE = 20 / 255    # between a pixel of the moved source and of its next frame
SOFT = 1.0                      # pixels
MIN_SIDE = 16                   # pixels that the search needs
CUT = 0.4                       # of the pixels; where fewer are found again, a new scene begins


class Motion(NamedTuple):
    """How the picture moved from one frame to the next.

    shift: float32 [H, W, 2], from each pixel of the later frame to its place in the earlier one,
    in x and y. seen: float32 [H, W], 1 where the earlier frame shows the same, 0 where it does not.
    """

    shift: np.ndarray
    seen: np.ndarray


def motion(earlier: np.ndarray, later: np.ndarray) -> Motion | None:
    """The motion between two frames, uint8 [H, W, 3]; None where a new scene begins.

    A pixel is the same where the motion there and back ends where it began (Ruder et al. 2016,
    section 4.2) and the colour differs by less than MAX_SOURCE_DIFFERENCE; `seen` falls along a
    line to that. It is blurred by SOFT pixels, or what is mixed by it would have speckles.
    """
    import cv2

    shift, back = optical_flow(later, earlier), optical_flow(earlier, later)
    moved, inside = warp(earlier / np.float32(255), shift)
    returned = warp(back, shift)[0]
    apart, lengths = (np.square(shift + returned).sum(-1),
                      np.square(shift).sum(-1) + np.square(returned).sum(-1))
    kept = inside & (apart < 0.01 * lengths + 0.5)
    unlike = np.abs(moved - later / np.float32(255)).mean(-1)
    if (kept & (unlike < MAX_SOURCE_DIFFERENCE)).mean() < CUT:
        return None
    seen = kept * np.clip(1 - unlike / MAX_SOURCE_DIFFERENCE, 0, 1)
    return Motion(shift, cv2.GaussianBlur(seen.astype(np.float32), (0, 0), SOFT))


def optical_flow(frame: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Finds the position of each pixel of `frame` in `other`, both uint8 [H, W, 3], as a shift,
    float32 [H, W, 2], in x and y."""
    import cv2

    height, width = frame.shape[:2]
    room = [(0, max(0, MIN_SIDE - size)) for size in (height, width)]
    first, second = (np.pad(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), room, "edge")
                     for image in (frame, other))
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    no_guess: Any = None        # of the flow; OpenCV's types forbid the None that it documents
    return flow.calc(first, second, no_guess)[:height, :width]


def warp(image: np.ndarray, shift: np.ndarray, sharp: bool = False
         ) -> tuple[np.ndarray, np.ndarray]:
    """Reads `image` [H, W, C] at each position plus its shift: bilinear, or bicubic where `sharp`,
    which blurs less and may leave the range. Also returns bool [H, W]: whether that position is
    inside the image."""
    import cv2

    height, width = image.shape[:2]
    x, y = (np.add(grid, shift[..., axis], dtype=np.float32)
            for axis, grid in enumerate(np.meshgrid(np.arange(width), np.arange(height))))
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return cv2.remap(image, x, y, cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE), inside

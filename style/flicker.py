"""How much a stylised film flickers beyond its source's own motion.

    python -m style.flicker SOURCE STYLISED

Each stylised frame is moved by the motion between two frames of the source (dense inverse
search, Kroeger et al. 2016); what then differs from the next stylised frame is flicker. Pixels at
which the moved source does not match, as where something comes into sight, are left out.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from framework.errors import UserError
from style.video import Film

MAX_SOURCE_DIFFERENCE = 20 / 255    # between a pixel of the moved source and of its next frame


def main(source: str, stylised: str) -> dict[str, float]:
    """Prints and returns the means of `frame_changes` over all pairs of frames of two films.

    Raises UserError for files that are no films, films of one frame and films of different length.
    """
    films = Film(source), Film(stylised)
    for film in films:
        if film.note:
            print(f"{film.path}: {film.note}", file=sys.stderr)
    original, styled = map(list, films)
    if len(original) != len(styled) or len(styled) < 2:
        raise UserError(f"{source} has {len(original)} frames and {stylised} {len(styled)}; "
                        "flicker is between the frames of two films of equal length")
    original = [_scale_to(frame, styled[0].shape) for frame in original]
    each = [frame_changes(*pair) for pair in zip(pairwise(original), pairwise(styled), strict=True)]
    means = {name: float(np.mean([e[name] for e in each])) for name in each[0]}
    print(f"{stylised}: {len(styled)} frames, mean absolute change from frame to frame, of 255")
    for name, value in means.items():
        print(f"  {name:28}{255 * value if name != 'pixels in sight' else value:8.3f}")
    return means


def frame_changes(source: Sequence[np.ndarray],
                  stylised: Sequence[np.ndarray]) -> dict[str, float]:
    """Measures the changes from one frame to the next of two films, in [0, 1].

    source, stylised: two frames each, uint8 [H, W, 3]. "stylised" and "source" are the plain
    changes; "stylised, motion undone" and "source, motion undone" those that remain after the
    first frame has been moved; "flicker" is the former minus the latter; "pixels in sight" is the
    share of pixels over which these three are means.
    """
    (a, b), (c, d) = ([frame / np.float32(255) for frame in pair] for pair in (source, stylised))
    motion = optical_flow(source[1], source[0])
    carried, seen = warp(a, motion)
    apart = np.abs(carried - b).mean(-1)
    seen &= apart < MAX_SOURCE_DIFFERENCE
    rest, own = (float(x[seen].mean()) if seen.any() else 0.0
                 for x in (np.abs(warp(c, motion)[0] - d).mean(-1), apart))
    return {"stylised": float(np.abs(d - c).mean()), "source": float(np.abs(b - a).mean()),
            "stylised, motion undone": rest, "source, motion undone": own,
            "flicker": rest - own, "pixels in sight": float(seen.mean())}


def optical_flow(frame: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Finds the position of each pixel of `frame` in `other`, as a shift [H, W, 2] in x and y."""
    import cv2

    first, second = (cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in (frame, other))
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    no_guess: Any = None        # of the flow; OpenCV's types forbid the None that it documents
    return flow.calc(first, second, no_guess)


def warp(image: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reads `image` [H, W, 3] at each position plus its shift, bilinear. Also returns [H, W]:
    whether that position is inside the image."""
    import cv2

    height, width = image.shape[:2]
    x, y = (np.add(grid, shift[..., axis], dtype=np.float32)
            for axis, grid in enumerate(np.meshgrid(np.arange(width), np.arange(height))))
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), inside


def _scale_to(frame, shape):
    import cv2

    if frame.shape == shape:
        return frame
    return cv2.resize(frame, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source")
    parser.add_argument("stylised")
    arguments = parser.parse_args()
    try:
        main(arguments.source, arguments.stylised)
    except UserError as error:
        sys.exit(f"error: {error}")

"""How much a stylised film flickers beyond its source's own motion.

    python -m style.flicker SOURCE STYLISED

Each stylised frame is moved by the motion between two frames of the source; what then differs
from the next stylised frame is flicker. Pixels at which the moved source does not match, as where
something comes into sight, are left out. The sharpness stands beside it, since a blurred film does
not flicker either.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from framework.errors import UserError
from style.motion import MAX_SOURCE_DIFFERENCE, optical_flow, warp
from style.video import Film


def main(source: str, stylised: str) -> dict[str, float]:
    """Prints and returns the means of `frame_changes` over all pairs of frames of two films, and
    the mean `sharpness` of the stylised one.

    Raises UserError for files that are no films, films of one frame and films of different length.
    """
    films = Film(source), Film(stylised)
    for film in films:
        if film.note:
            print(f"{film.path}: {film.note}", file=sys.stderr)
    counts = [film.frame_count for film in films]
    if counts[0] != counts[1] or counts[0] < 2:
        raise UserError(f"{source} has {counts[0]} frames and {stylised} {counts[1]}; "
                        "flicker is between the frames of two films of equal length")
    each = []
    for (a, c), (b, d) in pairwise(zip(*films, strict=True)):
        pair = [_scale_to(frame, c.shape) for frame in (a, b)]
        each.append(frame_changes(pair, (c, d)) | {"sharpness": sharpness(d)})
    means = {name: float(np.mean([e[name] for e in each])) for name in each[0]}
    print(f"{stylised}: {counts[0]} frames, mean absolute change from frame to frame, of 255")
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


def sharpness(frame: np.ndarray) -> float:
    """The mean absolute Laplacian of the brightness of uint8 [H, W, 3], in [0, 1]: what a film
    loses that flickers less only because it is blurred."""
    import cv2

    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) / np.float32(255)
    return float(np.abs(cv2.Laplacian(grey, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE)).mean())


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

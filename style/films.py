"""Draws a film frame by frame, steadily, and goes on where an earlier run was stopped."""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from framework.pixels import to_uint8, to_unit
from framework.progress import progress
from style.images import resize_image
from style.minimise import Before
from style.motion import motion
from style.steady import blend, carry
from style.unfinished import Unfinished
from style.video import Film

STEADY = 0.8                    # share of the result before
WEIGHT = 0.04                   # of being like it, in a loss, for each part of it to one of the new


def draw_film(film: Film, output: Path, size: int | None, draw: Callable[..., np.ndarray],
              steady: float, starts: bool, made_by: Mapping[str, Any]) -> Unfinished:
    """Draws all frames of `film` that are not drawn already, each at `size`, see
    `style.images.resize_image`, and returns them; `style.join` makes them `output`.

    draw: from a content [1, H, W, 3] to a result, float32 in [-1, 1]; where it `starts` from the
    result before, it takes that as `before`, a `style.minimise.Before`. A frame that equals the one
    before is drawn once. steady: share of the result before in each, see `style.steady.blend`; at
    equal shares a method that starts from it flickers about as little.
    made_by: all that the frames follow from. Stopped half-way, it says how many are kept.
    """
    kept = Unfinished(output, film.rate, made_by)
    try:
        with progress(film.frame_count, "drawing", "frames", kept.done) as bar:
            for before, frame in _undrawn(film, size, kept.done):
                kept.take(_drawn(draw, frame, before, kept.last, steady, starts))
                bar.update()
    except BaseException:
        kept.release()
        if kept.done:
            print(f"{output}: {kept.done} of {film.frame_count} frames are kept; the same command "
                  "goes on after them", file=sys.stderr)
        raise
    return kept


def _undrawn(film: Film, size: int | None,
             done: int) -> Iterator[tuple[np.ndarray | None, np.ndarray]]:
    """Each frame after the first `done`, with the one before it."""
    before = None
    for place, frame in enumerate(film):
        if place < done - 1:
            continue
        frame = resize_image(frame, size)
        if place >= done:
            yield before, frame
        before = frame


def _drawn(draw, frame, before, last, steady, starts) -> np.ndarray:
    if before is not None and np.array_equal(before, frame):
        return last
    content = to_unit(frame)[None]
    moved = motion(before, frame) if steady and before is not None else None
    if moved is None:
        return to_uint8(draw(content)[0])
    if starts:
        image, seen = carry(last, moved)
        weight = WEIGHT * steady / (1 - steady)
        return to_uint8(draw(content, before=Before(image[None], seen[None], weight))[0])
    return to_uint8(blend(draw(content), last, moved, steady)[0])


def stamp(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts, and of each file and folder that one of them names, whether it has changed: the
    sizes and times of all that is in it; also the version of what encodes."""
    import av

    named = [value for value in facts.values() if isinstance(value, str)]
    named += [path for value in facts.values() if isinstance(value, list) for path in value]
    return {**facts, "files": {name: _state(Path(name)) for name in named if name and
                               Path(name).exists()}, "av": av.__version__}


def _state(path: Path) -> list[list]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [[str(file.relative_to(path)), file.stat().st_size, file.stat().st_mtime_ns]
            for file in files if file.is_file()]

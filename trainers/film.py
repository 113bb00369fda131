"""progress.gif: what a run drew from its first iteration to its last, from the grids on disk."""

from pathlib import Path

import numpy as np

from config.run import Run
from data.decode import decode
from framework.animation import save_gif
from framework.errors import UserError

FEWEST, MOST = 3, 60            # frames
MAX_WIDTH = 800
MAX_PIXELS = 3_600_000          # of all frames together: 5 MB where they are pure noise
PER_SECOND, HELD = 8, 2.0       # frames a second; seconds that the last one stays


def write_film(run: Run, done: int) -> None:
    """Writes the film of the grids of up to `done` iterations. Without a word there is none where
    they are fewer than FEWEST, where one cannot be read, and where they differ in size. Raises
    UserError where the film cannot be written."""
    grids = grids_of(run.samples, done)
    try:
        frames = film_frames([grids[i] for i in evenly_chosen(len(grids), MOST)])
    except UserError:
        return
    if len(frames) >= FEWEST:
        save_gif(run.progress_gif, np.stack(frames), PER_SECOND, held=HELD)


def grids_of(folder: Path, done: int) -> list[Path]:
    """The sample grids in `folder` of up to `done` iterations, in their order: a run that was
    killed and ended earlier this time has later ones."""
    found = {int(path.stem): path for path in folder.glob("[0-9]*.png") if path.stem.isdecimal()}
    return [found[iteration] for iteration in sorted(found) if iteration <= done]


def evenly_chosen(count: int, most: int) -> list[int]:
    """At most `most` of the ranks 0 .. count - 1 in even steps, the first and the last among
    them."""
    kept = min(count, most)
    return [int(rank) for rank in np.linspace(0, count - 1, kept).round()]


def film_size(height: int, width: int, frames: int) -> tuple[int, int]:
    """The height and width of `frames` frames of these, made smaller where they are wider than
    MAX_WIDTH or have more than MAX_PIXELS pixels in all."""
    scale = min(1.0, MAX_WIDTH / width, (MAX_PIXELS / (frames * height * width)) ** 0.5)
    return max(1, int(scale * height)), max(1, int(scale * width))


def film_frames(grids: list[Path]) -> list[np.ndarray]:
    """The grids as frames of one size, uint8 [H, W, 3]; none where their sizes differ. Raises
    UserError for one that cannot be read."""
    import cv2

    frames: list[np.ndarray] = []
    shape: tuple[int, ...] = ()
    for path in grids:
        picture = decode(path)
        shape = shape or picture.shape
        if picture.shape != shape:
            return []
        height, width = film_size(shape[0], shape[1], len(grids))
        frames.append(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA))
    return frames

"""Pictures one after the other: uint8 frames [N, H, W, 3] RGB as .gif or .mp4.

Pillow, which matplotlib brings, and OpenCV are imported when a film is written. Files are
replaced in one step.
"""

from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.files import replacing

PALETTE_FRAMES = 8              # of a GIF, whose colours its palette is made of


def there_and_back(frames: np.ndarray) -> np.ndarray:
    """The frames, then those between the last and the first in reverse: a film that loops."""
    return np.concatenate([frames, frames[-2:0:-1]])


def save_gif(path: str | Path, frames: np.ndarray, per_second: int = 15,
             held: float = 0.0) -> None:
    """Writes a GIF that repeats for ever, its last frame shown `held` seconds at least. All frames
    share one palette: their colours do not flicker, and it is found in a second. Raises UserError
    where it cannot be written."""
    from PIL import Image

    seen = frames[np.linspace(0, len(frames) - 1, PALETTE_FRAMES).round().astype(int)]
    palette = Image.fromarray(np.concatenate(seen)).quantize(256)
    first, *rest = (Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
                    for frame in frames)
    durations = [round(1000 / per_second)] * len(frames)
    durations[-1] = max(durations[-1], round(1000 * held))
    try:
        with replacing(path) as temporary:
            first.save(temporary, save_all=True, append_images=rest, loop=0, duration=durations)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None


def save_mp4(path: str | Path, frames: np.ndarray, per_second: int = 15) -> None:
    """Writes an MP4, an odd row or column cut off. Raises UserError where it cannot be written."""
    import cv2

    height, width = (size // 2 * 2 for size in frames.shape[1:3])
    try:
        with replacing(path) as temporary:
            film = cv2.VideoWriter(str(temporary), cv2.VideoWriter.fourcc(*"mp4v"), per_second,
                                   (width, height))
            if not film.isOpened():
                raise UserError(f"cannot write {path}: OpenCV has no MP4 encoder here")
            for frame in frames:
                film.write(np.ascontiguousarray(frame[:height, :width, ::-1]))
            film.release()
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None

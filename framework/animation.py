"""Pictures one after the other: uint8 frames [N, H, W, 3] RGB as .gif or .mp4.

Pillow, which matplotlib brings, and OpenCV are imported when a film is written. Files are
replaced in one step.
"""

from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.files import replacing


def there_and_back(frames: np.ndarray) -> np.ndarray:
    """The frames, then those between the last and the first in reverse: a film that loops."""
    return np.concatenate([frames, frames[-2:0:-1]])


def save_gif(path: str | Path, frames: np.ndarray, per_second: int = 15) -> None:
    """Writes a GIF that repeats for ever. Raises UserError where it cannot be written."""
    from PIL import Image

    first, *rest = (Image.fromarray(frame) for frame in frames)
    try:
        with replacing(path) as temporary:
            first.save(temporary, save_all=True, append_images=rest, loop=0,
                       duration=round(1000 / per_second))
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

"""Reads and writes films frame by frame with OpenCV. ffmpeg, if it is installed, adds the
sound."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.files import replacing

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg")
CODECS = {".mp4": "mp4v", ".m4v": "mp4v", ".mov": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}


def is_video(path: str | Path) -> bool:
    """Whether the file's name ends like that of a film."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


class Film:
    """An iterable of the frames of the film in the file `path`: uint8 [H, W, 3], RGB.

    rate: frames per second. frame_count: the number that the file states, 0 if it states none.
    Raises UserError for a file that is no film.
    """

    def __init__(self, path: str | Path):
        import cv2

        self.path = Path(path)
        film = self._open()
        self.rate = film.get(cv2.CAP_PROP_FPS)
        self.frame_count = max(0, int(film.get(cv2.CAP_PROP_FRAME_COUNT)))
        readable, _ = film.read()
        film.release()
        if not readable or not 0 < self.rate < 1000:
            raise UserError(f"the film {path} has no frames that can be read")

    def __iter__(self) -> Iterator[np.ndarray]:
        film = self._open()
        try:
            while True:
                there, frame = film.read()
                if not there:
                    return
                yield np.ascontiguousarray(frame[..., ::-1])
        finally:
            film.release()

    def _open(self):
        import cv2

        if not self.path.is_file():
            raise UserError(f"there is no film {self.path}")
        film = cv2.VideoCapture(str(self.path))
        if not film.isOpened():
            raise UserError(f"the film {self.path} is broken or of no known kind")
        return film


def check_film_output(path: str | Path) -> None:
    """Raises UserError unless `path` is a file name of a film in an existing folder."""
    path = Path(path)
    if path.suffix.lower() not in CODECS:
        raise UserError(f"{path}: a film is written as {', '.join(CODECS)}")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent} to write into")


@contextmanager
def write_film(path: str | Path, rate: float,
               sound_of: str | Path | None = None) -> Iterator[Callable[[np.ndarray], None]]:
    """Yields a function that writes the next frame, uint8 [H, W, 3] RGB, all of one size. An odd
    last row or column is cut off, since the encoders need even numbers.

    The complete film appears at `path` when the block ends without an error. It gets the sound
    of the film `sound_of`, if ffmpeg is installed and there is any. Raises UserError if it cannot
    be written, as on a full disk.
    """
    path, sink = Path(path), None
    try:
        with replacing(path) as temporary:
            sink = _FrameWriter(temporary, path, rate)
            yield sink.take
            sink.close()
            if sound_of is not None:
                _add_sound(temporary, sound_of)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        if sink is not None:
            sink.release()


class _FrameWriter:
    """Writes frames, and checks at the end that all are in the file: OpenCV does not report a
    frame that it could not write."""

    def __init__(self, file, path, rate):
        self.file, self.path, self.rate, self.count, self.film = file, path, rate, 0, None

    def take(self, frame):
        import cv2

        height, width = (size // 2 * 2 for size in frame.shape[:2])
        if self.film is None:
            code = int.from_bytes(CODECS[self.path.suffix.lower()].encode(), "little")
            self.film = cv2.VideoWriter(str(self.file), code, self.rate, (width, height))
            if not self.film.isOpened():
                raise UserError(f"cannot write {self.path}: OpenCV has no encoder for it here, or "
                                "the disk is full")
        self.film.write(np.ascontiguousarray(frame[:height, :width, ::-1]))
        self.count += 1

    def close(self):
        self.release()
        try:
            there = sum(1 for _ in Film(self.file))
        except UserError:
            there = 0
        if there < self.count:
            raise UserError(f"cannot write {self.path}: {there} of {self.count} frames are in the "
                            "file; is the disk full?")

    def release(self):
        if self.film is not None:
            self.film.release()


def _add_sound(file: Path, source) -> None:
    """Copies the sound of `source` unchanged into `file`. The file stays silent if there is no
    ffmpeg, no sound, or sound of a format that it cannot hold."""
    if shutil.which("ffmpeg") is None:
        return
    with replacing(file) as both:
        done = subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", str(file), "-i",
                               str(source), "-map", "0:v:0", "-map", "1:a?", "-c", "copy",
                               str(both)], capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode or not both.stat().st_size:
            shutil.copyfile(file, both)

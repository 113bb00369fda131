"""Reads and writes films frame by frame with OpenCV. ffmpeg, if it is installed, adds the
sound."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from framework.errors import UserError
from framework.files import replacing
from framework.overheard import overheard
from style import avi
from style.timeline import Reading, timeline

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg")
CODECS = {".mp4": "mp4v", ".m4v": "mp4v", ".mov": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}
COUNTED_SUFFIXES = {".mp4", ".m4v", ".mov", ".avi"}     # others state a length, from which follows
MAX_STATED = 2**31              # frames; above it the number is none
MAX_FAILURES = 64               # to read a frame, one after the other
BAR_AFTER_SECONDS = 2
SOUND_BYTES = 2**21             # at both ends of a file, in which its tables are
SOUND_MARKS = (b"soun", b"auds", b"A_AAC", b"A_OPUS", b"A_VORBIS", b"A_MPEG", b"A_AC3", b"A_EAC3",
               b"A_DTS", b"A_PCM", b"A_FLAC", b"\0\0\1\xc0", b"\0\0\1\xbd")


def is_video(path: str | Path) -> bool:
    """Whether the file's name ends like that of a film."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


class Film:
    """An iterable of the frames of the film in the file `path`, uint8 [H, W, 3], RGB, at a constant
    rate: a frame that is shown longer comes again, as the same array.

    rate: frames per second. frame_count: how many come. note: what is not as the file says, see
    `style.timeline`; "" if all is. The file is read once to find that out. Raises UserError for a
    file that is no film.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if not self.path.is_file():
            raise UserError(f"there is no film {path}")
        found = _first_pass(self.path)
        if not found.times:
            raise UserError(f"the film {path} has no frames that can be read")
        try:
            self.rate, self._shown, self.note = timeline(found)
        except UserError as error:
            raise UserError(f"the film {path}: {error}") from None
        self.frame_count = len(self._shown)

    def __iter__(self) -> Iterator[np.ndarray]:
        frames, at, frame = _read_frames(self.path), -1, None
        for wanted in self._shown:
            while at < wanted:
                frame, at = next(frames, frame), at + 1
            if frame is None:
                raise UserError(f"the film {self.path} has no frames that can be read")
            yield frame


def count_frames(path: Path) -> int:
    """The number of frames in the file that can be read."""
    with _opened(path) as film:
        return sum(1 for read, _ in _grabs(film) if read)


def _first_pass(path: Path) -> Reading:
    """Reads all frames for their times and for what the decoder says of them."""
    import cv2

    times, damaged = [], []
    with _opened(path) as film:
        rate, stated = film.get(cv2.CAP_PROP_FPS), film.get(cv2.CAP_PROP_FRAME_COUNT)
        with tqdm(desc=f"reading {path.name}", unit="frame", delay=BAR_AFTER_SECONDS,
                  leave=False, disable=not sys.stderr.isatty()) as bar:
            for read, said in _grabs(film):
                if not read or said:
                    damaged.append(len(times))
                if read:
                    times.append(film.get(cv2.CAP_PROP_POS_MSEC))
                    bar.update()
    count = int(stated) if 0 < stated < MAX_STATED else 0
    if avi.is_avi(path):
        if avi.states_no_rate(path):            # the times follow from a rate that ffmpeg assumes
            rate, times = 0.0, [0.0] * len(times)
        if len(times) < count and (place := avi.frames_before_damage(path)) is not None:
            damaged = [place]
    return Reading(times, damaged, rate, count, path.suffix.lower() in COUNTED_SUFFIXES)


def _read_frames(path: Path) -> Iterator[np.ndarray]:
    """The frames that can be read, each once, all of the first one's size."""
    import cv2

    frame: np.ndarray | None = None
    with _opened(path) as film:
        for read, _ in _grabs(film):
            if not read:
                continue
            there, found = film.retrieve()
            if there and frame is not None and found.shape != frame.shape:
                found = cv2.resize(found, frame.shape[1::-1], interpolation=cv2.INTER_AREA)
            if there:
                frame = np.ascontiguousarray(found[..., ::-1])
            if frame is not None:
                yield frame


def _grabs(film: Any) -> Iterator[tuple[bool, str]]:
    """For each frame whether it can be read, and what the decoder says of it, until none can be.
    Behind damage there may be more, so several attempts are made."""
    failures, heard = 0, ""
    while failures < MAX_FAILURES:
        with overheard() as said:
            read, heard = film.grab(), heard + said()
        if not read:
            failures += 1
            continue
        if failures:
            yield False, heard
        yield True, heard
        failures, heard = 0, ""
    if heard:
        yield False, heard


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The opened film. One thread decodes it, so that what it says belongs to the frame at hand."""
    import cv2

    with overheard():
        film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    try:
        if not film.isOpened():
            raise UserError(f"the film {path} is broken or of no known kind")
        yield film
    finally:
        film.release()


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
                _add_sound(temporary, path, Path(sound_of))
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

        height, width = (max(2, size // 2 * 2) for size in frame.shape[:2])
        if self.film is None:
            code = int.from_bytes(CODECS[self.path.suffix.lower()].encode(), "little")
            self.film = cv2.VideoWriter(str(self.file), code, self.rate, (width, height))
            if not self.film.isOpened():
                raise UserError(f"cannot write {self.path}: OpenCV has no encoder for it here, or "
                                "the disk is full")
        even = np.resize(frame, (height, width, 3)) if min(frame.shape[:2]) < 2 else frame
        self.film.write(np.ascontiguousarray(even[:height, :width, ::-1]))
        self.count += 1

    def close(self):
        self.release()
        try:
            there = count_frames(self.file)
        except UserError:
            there = 0
        if there < self.count:
            raise UserError(f"cannot write {self.path}: {there} of {self.count} frames are in the "
                            "file; is the disk full?")

    def release(self):
        if self.film is not None:
            self.film.release()


def _add_sound(file: Path, path: Path, source: Path) -> None:
    """Copies the sound of `source` unchanged into `file`, which will be called `path`. Says so
    where there is sound and the file stays silent: without ffmpeg, and for sound of a format that
    it cannot hold."""
    if not has_sound(source):
        return
    if shutil.which("ffmpeg") is None:
        return print(f"{path} has no sound: ffmpeg, which copies it, is not installed",
                     file=sys.stderr)
    with replacing(file) as both:
        done = subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", str(file), "-i",
                               str(source), "-map", "0:v:0", "-map", "1:a?", "-c", "copy",
                               str(both)], capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode or not both.stat().st_size:
            shutil.copyfile(file, both)
            print(f"{path} has no sound: {path.suffix} cannot hold that of {source}; try another "
                  "ending", file=sys.stderr)


def has_sound(path: Path) -> bool:
    """Whether the names of formats of sound stand at the start or the end of the film's file."""
    with open(path, "rb") as file:
        head = file.read(SOUND_BYTES)
        file.seek(max(0, path.stat().st_size - SOUND_BYTES))
        return any(mark in part for part in (head, file.read()) for mark in SOUND_MARKS)

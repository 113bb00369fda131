"""Reads films frame by frame, each with its time, and writes them (PyAV, which brings ffmpeg)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from framework.errors import UserError
from framework.files import replacing
from framework.lazy import Lazy

av: Any = Lazy("av")

VIDEO_SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg")
# No frame refers to a later one, so that packets stand in the order of the frames.
H264 = "libx264", "yuv420p", {"crf": "18", "bf": "0"}
MJPEG = "mjpeg", "yuvj420p", {"qmin": "2", "qmax": "3"}
CODECS = {".mp4": H264, ".m4v": H264, ".mov": H264, ".mkv": H264, ".avi": MJPEG}
BT709 = 1                       # as all of ffmpeg's colour tables count, and 1 is the usual range
ASSUMED_RATE = 25               # frames a second, where neither the header nor the times tell
RATE_ERROR = 0.02               # of a stated rate, above which that of the times is taken
MAX_FAILURES = 64               # to read, one after the other; behind damage there may be more
BAR_AFTER_SECONDS = 2


def is_video(path: str | Path) -> bool:
    """Whether the file's name ends like that of a film."""
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


class Film:
    """An iterable of the frames of the film in the file `path`, uint8 [H, W, 3], RGB, upright, all
    of the first one's size.

    ticks: int [N + 1], when each of its N frames is shown after the film's start, which sound
    shares, and when the last ends; in units of `time_base` seconds. rate: frames per second, on
    average where it varies. note: what the file says and is not so; "" if all is. The file is read
    once to find that out. Raises UserError for a file that is no film.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if not self.path.is_file():
            raise UserError(f"there is no film {path}")
        with opened(self.path) as container:
            stream = container.streams.best("video")
            self.start = Fraction(container.start_time or 0, 10**6)
            self.time_base = stream.time_base
            times, last, damaged, unwanted = self._read_times(container, stream)
            stated, rate = stream.frames - unwanted, stream.average_rate
        if not times:
            raise UserError(f"the film {path} has no frames that can be read")
        self.rate = _rate(times, self.time_base, rate)
        usual = max(1, round(1 / self.rate / self.time_base))
        self.ticks = (_increasing(times, usual, last or usual)
                      - round(self.start / self.time_base))
        is_whole = self.ticks[-1] * self.time_base * self.rate > stated - 0.5
        self.note = _note(len(times), 0 if is_whole else stated, damaged)

    @property
    def frame_count(self) -> int:
        """How many frames come."""
        return len(self.ticks) - 1

    @property
    def times(self) -> np.ndarray:
        """When each frame is shown, in seconds after the first."""
        return (self.ticks[:-1] - self.ticks[0]) * float(self.time_base)

    def __iter__(self) -> Iterator[np.ndarray]:
        width = height = None
        with opened(self.path) as container:
            for frame in _decoded(packets(container, container.streams.best("video"))):
                if frame is not None:
                    width, height = width or frame.width, height or frame.height
                    pixels = frame.to_ndarray(format="rgb24", width=width, height=height)
                    yield np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90))

    def _read_times(self, container, stream) -> tuple[list[int | None], int, list[int], int]:
        """The frames' times, how long the last one is shown, how many came before each failure,
        and how many the file hides."""
        times, last, damaged, unwanted = [], 0, [], 0

        def counted():
            nonlocal unwanted
            for packet in packets(container, stream):
                unwanted += packet is not None and packet.is_discard
                yield packet
        with tqdm(desc=f"reading {self.path.name}", unit="frame", delay=BAR_AFTER_SECONDS,
                  leave=False, disable=not sys.stderr.isatty()) as bar:
            for frame in _decoded(counted()):
                if frame is None or frame.is_corrupt:
                    damaged.append(len(times))
                if frame is not None:
                    times.append(frame.pts)
                    last = frame.duration or 0
                    bar.update()
        return times, last, damaged, unwanted


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The opened file, a container of PyAV with at least one stream of pictures. Raises UserError
    for another."""
    try:
        container = av.open(str(path), metadata_errors="replace")
    except (av.FFmpegError, OSError):
        raise UserError(f"the film {path} is broken or of no known kind") from None
    with container:
        if not container.streams.video:
            raise UserError(f"the film {path} has no pictures")
        yield container


def packets(container: Any, *streams: Any) -> Iterator[Any]:
    """The packets of the streams, and None for each place that cannot be read."""
    failures, following = 0, container.demux(*streams)
    while failures < MAX_FAILURES:
        try:
            packet = next(following, None)
        except av.FFmpegError:
            failures, following = failures + 1, container.demux(*streams)
            yield None
            continue
        if packet is None:
            return
        failures = 0
        yield packet


def _decoded(source: Iterator[Any]) -> Iterator[Any]:
    """The frames of the packets, and None for each failure."""
    for packet in source:
        try:
            yield from [None] if packet is None else packet.decode()
        except av.FFmpegError:
            yield None


def _rate(times: list[int | None], time_base: Fraction, stated: Fraction | None) -> Fraction:
    """The stated rate, unless there is none or the times say another."""
    known = [time for time in times if time is not None]
    span = (max(known) - min(known)) * time_base if known else 0
    even = (len(known) - 1) / span if span else None
    if stated and (even is None or abs(stated / even - 1) < RATE_ERROR + 2 / len(times)):
        return Fraction(stated)
    return Fraction(even or ASSUMED_RATE).limit_denominator(1001) or Fraction(1, 1001)


def _increasing(times: list[int | None], usual: int, last: int) -> np.ndarray:
    """The times with each later than the one before, and the end of the last one, which is shown
    for `last`; `usual` goes from one to the next where there is no time."""
    found = []
    for time in times:
        before = found[-1] if found else (time or 0) - usual
        found.append(before + usual if time is None else max(time, before + 1))
    return np.array([*found, found[-1] + last])


def _note(count: int, stated: int, damaged: list[int]) -> str:
    place = f"it is damaged, first at frame {damaged[0] + 1}" if damaged else ""
    if count < stated:
        lost = f"{count} of the {stated} frames that it states could be read"
        return f"{lost}; {place or 'it ends early or has a hole'}"
    return f"{place} of {count}; all frames are drawn as they could be read" if place else ""


def check_film_output(path: str | Path) -> None:
    """Raises UserError unless `path` is a file name of a film in an existing folder."""
    path = Path(path)
    if path.suffix.lower() not in CODECS:
        raise UserError(f"{path}: a film is written as {', '.join(CODECS)}")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent} to write into")


@contextmanager
def new_film(path: Path) -> Iterator[Any]:
    """Yields a container of PyAV to write into, which becomes the file `path` when the block ends
    well. Raises UserError where the file cannot be written, as on a full disk."""
    try:
        with replacing(path) as temporary, av.open(str(temporary), "w") as container:
            yield container
    except (OSError, av.FFmpegError) as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None


@contextmanager
def write_film(path: str | Path, rate: float | Fraction,
               kind: str = "") -> Iterator[Callable[[np.ndarray], None]]:
    """Yields a function that writes the next frame, uint8 [H, W, 3] RGB, all of one size. An odd
    last row or column is cut off, since the encoders need even numbers.

    The film appears at `path` when the block ends without an error. kind: a key of CODECS, how it
    is encoded; "" for the suffix of `path`. Raises UserError if it cannot be written.
    """
    codec, pixels, options = CODECS[(kind or Path(path).suffix).lower()]
    each = 1 / Fraction(rate).limit_denominator(1001)
    with new_film(Path(path)) as container:
        stream, place = container.add_stream(codec, rate=1 / each, options=options), 0

        def take(frame):
            nonlocal place
            frame = _even(frame)
            if not place:
                stream.height, stream.width, stream.pix_fmt = *frame.shape[:2], pixels
            picture = av.VideoFrame.from_ndarray(frame, "rgb24")
            if pixels == "yuv420p":
                picture = picture.reformat(format=pixels, dst_colorspace=BT709)
                about = stream.codec_context
                about.colorspace = about.color_primaries = about.color_trc = BT709
                about.color_range = 1
            picture.pts, picture.time_base, place = place, each, place + 1
            container.mux(stream.encode(picture))
        yield take
        container.mux(stream.encode())


def _even(frame: np.ndarray) -> np.ndarray:
    height, width = (max(2, size // 2 * 2) for size in frame.shape[:2])
    even = np.resize(frame, (height, width, 3)) if min(frame.shape[:2]) < 2 else frame
    return np.ascontiguousarray(even[:height, :width])

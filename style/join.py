"""Joins the parts of a stylised film to one file, at the times and with the sound of its source."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from heapq import merge
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from style.video import Film, new_film, opened, packets

av: Any = Lazy("av")

AUDIBLE = 0.02                  # seconds by which pictures may stand off their sound without a word


def join(parts: Sequence[Path], source: Film, output: Path) -> None:
    """Writes the frames of `parts`, in this order, as the film `output`: each at the time of the
    source's frame, and beside them the source's sound, unchanged.

    An AVI file holds one rate, so there frames may be moved; a line says so if one can hear it. A
    line says it too where the sound does not fit into the file. Raises UserError as `new_film`.
    """
    ticks, time_base = source.ticks, source.time_base
    if output.suffix.lower() == ".avi":
        ticks, time_base = _slots(source, output)
    try:
        _write(parts, source, output, ticks, time_base, sound=True)
    except (UserError, ValueError, TypeError):
        if not has_sound(source.path):
            raise
        _write(parts, source, output, ticks, time_base, sound=False)
        print(f"{output} has no sound: {output.suffix} cannot hold that of {source.path}; try "
              "another ending", file=sys.stderr)


def has_sound(path: Path) -> bool:
    """Whether the film has a track of sound."""
    with opened(path) as container:
        return bool(container.streams.audio)


def _slots(source: Film, output: Path) -> tuple[np.ndarray, Fraction]:
    """The places of the frames at a constant rate, each after the one before."""
    order = np.arange(len(source.ticks))
    exact = source.ticks * float(source.time_base * source.rate)
    places = np.maximum.accumulate(np.rint(exact).astype(int) - order) + order
    shift = np.abs(places - exact).max() / float(source.rate)
    if shift > AUDIBLE:
        print(f"{output}: .avi holds frames at one rate only, so some stand up to {shift:.2f} s "
              "off their time; .mp4 and .mkv keep it", file=sys.stderr)
    return places, 1 / source.rate


def _write(parts, source, output, ticks, time_base, sound):
    with ExitStack() as stack:
        films = [stack.enter_context(opened(part)) for part in parts]
        heard = stack.enter_context(opened(source.path))
        out = stack.enter_context(new_film(output))
        pictures = out.add_stream_from_template(films[0].streams.video[0])
        pictures.time_base = time_base
        sounds = {each.index: out.add_stream_from_template(each)
                  for each in heard.streams.audio} if sound else {}
        frames = (packet for film in films for packet in film.demux(video=0) if packet.size)
        out.start_encoding()
        for packet in merge(_timed(frames, pictures, ticks, time_base),
                            _sound(heard, sounds, source.start), key=_seconds):
            out.mux(packet)


def _timed(frames: Iterator[Any], stream: Any, ticks: np.ndarray,
           time_base: Fraction) -> Iterator[Any]:
    for packet, (time, end) in zip(frames, pairwise(ticks), strict=True):
        packet.stream, packet.time_base = stream, time_base
        packet.pts = packet.dts = int(time)
        packet.duration = int(end - time)
        yield packet


def _sound(container: Any, streams: dict[int, Any], start: Fraction) -> Iterator[Any]:
    """The packets of sound as far as they can be read, later ones later."""
    last = {}
    for packet in packets(container, *container.streams.audio) if streams else ():
        if packet is None or packet.dts is None or packet.dts <= last.get(packet.stream_index,
                                                                          -np.inf):
            continue
        last[packet.stream_index] = packet.dts
        shift = round(start / packet.time_base)
        packet.dts, packet.stream = packet.dts - shift, streams[packet.stream_index]
        packet.pts = packet.dts if packet.pts is None else packet.pts - shift
        yield packet


def _seconds(packet: Any) -> Fraction:
    return packet.dts * packet.time_base

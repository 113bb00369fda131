"""What an AVI file says of itself and ffmpeg does not pass on.

An AVI file holds no times: frame i stands at i / rate. Of a damaged one ffmpeg skips what it cannot
read without a word, and a rate of 0 it replaces by 25.
"""

import struct
from pathlib import Path

HEADER_BYTES = 4096
PICTURES, OTHERS = (b"dc", b"db"), (b"wb", b"pc", b"tx")       # kinds of the chunks of streams


def is_avi(path: Path) -> bool:
    """Whether the file begins as an AVI file does."""
    with open(path, "rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"AVI "


def states_no_rate(path: Path) -> bool:
    """Whether the rate of the film, scale and rate of its stream, is 0 or divides by 0."""
    with open(path, "rb") as file:
        head = file.read(HEADER_BYTES)
    at = head.find(b"strh") + 8                 # of its fields; the first is the stream's kind
    if head[at:at + 4] != b"vids":
        return False
    scale, rate = struct.unpack("<II", head[at + 20:at + 28].ljust(8, b"\0"))
    return not (scale and rate)


def frames_before_damage(path: Path) -> int | None:
    """How many frames stand in the file before the first place where no chunk begins; None where
    there is no such place, also if the file ends too early."""
    size, frames = path.stat().st_size, 0
    with open(path, "rb") as file:
        at = _movie(file.read(2**20))
        while at is not None and at + 8 <= size:
            file.seek(at)
            kind, length = struct.unpack("<4sI", file.read(8))
            if kind in (b"LIST", b"RIFF"):
                at += 12
                continue
            if kind[:2].isdigit() and kind[2:] in PICTURES:
                frames += 1
            elif kind not in (b"JUNK", b"idx1") and kind[:2] != b"ix" and not (
                    kind[:2].isdigit() and kind[2:] in OTHERS):
                return frames
            at += 8 + length + length % 2
    return None


def _movie(head: bytes) -> int | None:
    """Where the first chunk of the frames begins."""
    found = head.find(b"movi")
    return None if found < 0 else found + 4

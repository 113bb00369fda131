"""What a single image is like, and which images are the same or look alike.

The same: all decoded pixels are equal. Alike: the signs of the low frequencies (a hash of 64 bits
by the cosine transform) differ in few bits, and the shrunken images correlate. So a copy that was
scaled, compressed or brightened is found; one that was cropped, mirrored or turned is not. Plain
drawings look alike sooner than photographs: of MNIST's digits 1 in 50, nearly all ones.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import cv2
import numpy as np

DIGEST_BYTES = 16
WAVES_SIDE, LOW_WAVES = 32, 8   # pixels that are transformed, and frequencies of a side that stay
SMALL_SIDE = 16                 # pixels of the image that is correlated
MAX_BITS = 8                    # of 64 that differ between images that look alike
MIN_CORRELATION = 0.98          # between them
BLOCK_ROWS, BLOCK_PAIRS = 256, 2**14    # compared at once, which bounds the memory


class Look(NamedTuple):
    """One image, from two sides: as its file has it, and as training sees it, cropped and scaled.

    height, width: in pixels, and digest: of all pixels, of the file. colour: the mean R, G and B,
    contrast: the standard deviation of brightness, chroma: the mean distance of the largest
    channel from the smallest, all three in levels of 0..255; waves: the signs of low frequencies,
    64 bits; small: brightness, float32 [256] of mean 0 and norm 1, or all 0 where it is even: of
    what training sees.
    """

    height: int
    width: int
    digest: bytes
    colour: tuple[float, ...]
    contrast: float
    chroma: float
    waves: int
    small: np.ndarray


def look_at(image: np.ndarray, seen: np.ndarray) -> Look:
    """The look of an `image`, uint8 [H, W, 3] RGB, and of what is `seen` of it, [S, S, 3]."""
    grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    height, width = image.shape[:2]
    digest = blake2b(f"{height} x {width}".encode(), digest_size=DIGEST_BYTES)
    digest.update(np.ascontiguousarray(image).data)
    return Look(height, width, digest.digest(), cv2.mean(seen)[:3], float(grey.std()),
                float(np.ptp(seen, axis=-1).mean()), _waves(grey), _small(grey))


def _waves(grey: np.ndarray) -> int:
    pixels = cv2.resize(grey, (WAVES_SIDE, WAVES_SIDE), interpolation=cv2.INTER_AREA)
    low = cv2.dct(pixels.astype(np.float32))[:LOW_WAVES, :LOW_WAVES].ravel()
    return int.from_bytes(np.packbits(low > np.median(low[1:])).tobytes(), "big")


def _small(grey: np.ndarray) -> np.ndarray:
    pixels = cv2.resize(grey, (SMALL_SIDE, SMALL_SIDE), interpolation=cv2.INTER_AREA)
    centred = pixels.astype(np.float32).ravel() - pixels.mean(dtype=np.float32)
    norm = float(np.linalg.norm(centred))
    return centred / norm if norm > SMALL_SIDE else np.zeros_like(centred)      # one level: noise


class Matches(NamedTuple):
    """Index of an image -> index of the first one that it repeats. No image is in both."""

    same: dict[int, int]
    alike: dict[int, int]


def repeats(looks: Sequence[Look]) -> Matches:
    """Which images repeat an earlier one of the same list."""
    first = _by_digest(looks)
    same = {i: first[look.digest] for i, look in enumerate(looks) if first[look.digest] < i}
    others = [i for i in range(len(looks)) if i not in same]
    return Matches(same, _alike(looks, others, looks, others, earlier=True))


def found_in(looks: Sequence[Look], others: Sequence[Look]) -> Matches:
    """Which images of `looks` are in the list `others` too."""
    first = _by_digest(others)
    same = {i: first[look.digest] for i, look in enumerate(looks) if look.digest in first}
    left = [i for i in range(len(looks)) if i not in same]
    return Matches(same, _alike(looks, left, others, list(range(len(others)))))


def _by_digest(looks: Sequence[Look]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for i, look in enumerate(looks):
        found.setdefault(look.digest, i)
    return found


def _alike(looks: Sequence[Look], mine: list[int], others: Sequence[Look], theirs: list[int],
           earlier: bool = False) -> dict[int, int]:
    """Of the images `mine` of `looks` those that look like one of `theirs` of `others`, and the
    first of these; with `earlier` only one that stands before it."""
    if not mine or not theirs:
        return {}
    waves, small = _arrays(looks, mine)
    their_waves, their_small = _arrays(others, theirs)
    found: dict[int, int] = {}
    for start in range(0, len(mine), BLOCK_ROWS):
        bits = np.bitwise_count(waves[start:start + BLOCK_ROWS, None] ^ their_waves)
        rows, columns = np.nonzero(bits <= MAX_BITS)
        rows += start
        if earlier:
            rows, columns = rows[columns < rows], columns[columns < rows]
        for at in range(0, len(rows), BLOCK_PAIRS):
            row, column = rows[at:at + BLOCK_PAIRS], columns[at:at + BLOCK_PAIRS]
            close = np.einsum("nd,nd->n", small[row], their_small[column]) >= MIN_CORRELATION
            for i, j in zip(row[close].tolist(), column[close].tolist(), strict=True):
                found.setdefault(mine[i], theirs[j])
    return found


def _arrays(looks: Sequence[Look], which: list[int]) -> tuple[np.ndarray, np.ndarray]:
    return (np.array([looks[i].waves for i in which], np.uint64),
            np.stack([looks[i].small for i in which]))

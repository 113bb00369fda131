"""From an encoded image file to uint8 RGB: one decoder for training, evaluation and style.

OpenCV decodes JPEG, PNG and what else it knows; Pillow decodes the rest (GIF, AVIF, JPEG 2000,
TGA, CMYK outside JPEG). Images stand upright as their orientation tag says, transparent ones get
a white background, 16 bits become 8. What cannot be drawn as it was meant is refused by name.
"""

import io
import re
import struct
import threading
import warnings
from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np

from framework.errors import UserError
from framework.overheard import overheard

ORIENTATION_TAG = 0x0112
TURNED_BY_OPENCV = (b"\xff\xd8", b"II*\0", b"MM\0*")     # JPEG, TIFF: OpenCV obeys their tag
RANGELESS_MODES = ("F", "I")         # of Pillow: floats, and integers of 16 or 32 bits
SIGNATURES = (                      # of the first bytes, wherever an ending says nothing
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*",
    b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"P7", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51")
BRANDS = {b"avif", b"avis"}         # bytes 8 to 12 behind "ftyp"
LOST_DATA = re.compile("premature end|Premature end|bad Huffman|instead of RST")     # of libjpeg
REPEATS = 3                         # of decoding a JPEG in which something seems to be lost


class ImageFile(Protocol):
    """A file with an encoded image: a path, also inside a zip file, or `data.records.Record`."""

    @property
    def name(self) -> str: ...

    def read_bytes(self) -> bytes: ...


# OpenCV would print its own message beside our one line about a broken image. Version 5 moved
# the function.
_set_log_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
_set_log_level(0)
# Nor shall Pillow, of what it mends by itself or of many pixels.
warnings.filterwarnings("ignore", module=r"PIL\.")
_one_at_a_time = threading.Lock()


def looks_like_an_image(head: bytes) -> bool:
    """Whether a file that begins with `head`, 16 bytes or more, is an image of a known kind."""
    return (head.startswith(SIGNATURES) or head[:4] == b"RIFF" and head[8:12] == b"WEBP"
            or head[4:8] == b"ftyp" and head[8:12] in BRANDS)


def decode(file: ImageFile) -> np.ndarray:
    """Decodes the image in `file` to uint8 [H, W, 3], RGB, upright.

    Bytes behind the end of a JPEG or PNG, such as the film of a motion photo, are not looked at.
    Raises UserError for a file that cannot be read, is cut off or broken, is too large, or holds
    numbers whose range nobody states: floats, 32-bit integers, 12 bits stored in 16.
    """
    try:
        data = file.read_bytes()
    except Exception as error:      # in an archive zipfile, zlib, bz2 and lzma each have their own
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UserError(f"cannot read the image {file}: {why}") from error
    if not data:
        raise UserError(f"the image {file} is empty")
    if not is_complete(data):
        raise UserError(f"the image {file} is broken: its end is missing; mend or remove it")
    with overheard() as said:
        return _decode(file, data, said)


def _decode(file: ImageFile, data: bytes, said: Callable[[], str]) -> np.ndarray:
    """Decodes `data`. said: what the libraries have said since it was begun."""
    image = None if data.startswith(b"GIF") else _by_opencv(data)
    if image is None:
        return _by_pillow(file, data)
    if data.startswith(b"\xff\xd8") and LOST_DATA.search(said()) and _lacks_data(data):
        raise UserError(f"the image {file} is broken: part of its data is lost; mend or remove it")
    if image.dtype not in (np.uint8, np.uint16):
        raise UserError(f"the image {file} holds {image.dtype} numbers, whose range it does not "
                        "state; convert it to 8 or 16 bits")
    if image.dtype == np.uint16 and 0 < image.max() < 2**12:
        raise UserError(f"the image {file} has 16 bits and no value above {image.max()}, as 12-bit "
                        "data have, and would be nearly black; stretch it to 16 or 8 bits")
    upright = data.startswith(TURNED_BY_OPENCV)
    return _to_rgb(image) if upright else _turn_upright(_to_rgb(image), data)


def is_complete(data: bytes) -> bool:
    """Whether a JPEG or a PNG has its end; of other kinds their decoders know."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg_end(data)
    return not data.startswith(b"\x89PNG") or _png_end(data)


def _jpeg_end(data: bytes) -> bool:
    """Walks the segments of a JPEG; true at its end-of-image marker. What lies inside of a
    segment, such as the end of a thumbnail, is passed over."""
    at = 2
    while 0 <= at < len(data) - 1:
        if data[at] != 0xFF:                            # entropy-coded data: to the next marker
            at = data.find(b"\xff", at)
            continue
        marker = data[at + 1]
        if marker == 0xD9:
            return True
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:      # stuffed, fill, restart
            at += 1 if marker == 0xFF else 2
            continue
        if at + 4 > len(data):
            return False
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
    return False


def _png_end(data: bytes) -> bool:
    """Walks the chunks of a PNG; true at IEND."""
    at = 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IEND":
            return True
        at += 12 + length
    return False


def _lacks_data(data: bytes) -> bool:
    """Whether libjpeg finds a JPEG damaged each time: a message may be of another thread's."""
    for _ in range(REPEATS):
        with _one_at_a_time, overheard() as said:
            _by_opencv(data)
            if not LOST_DATA.search(said()):
                return False
    return True


def _by_opencv(data: bytes) -> np.ndarray | None:
    how = cv2.IMREAD_COLOR if data.startswith(b"\xff\xd8") else cv2.IMREAD_UNCHANGED
    try:
        return cv2.imdecode(np.frombuffer(data, np.uint8), how)
    except cv2.error:               # more pixels than OpenCV takes
        return None


def _by_pillow(file: ImageFile, data: bytes) -> np.ndarray:
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as image:
            mode = image.mode
            if not mode.startswith(RANGELESS_MODES):
                return _pillow_to_rgb(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise UserError(f"the image {file} has too many pixels; make it smaller or remove it"
                        ) from error
    except Exception as error:      # Pillow's plugins each have their own for a bad file
        raise UserError(f"the image {file} is broken or of no known kind; mend or remove it"
                        ) from error
    raise UserError(f"the image {file} holds {mode} numbers, whose range it does not state; "
                    "convert it to 8 or 16 bits")


def _pillow_to_rgb(image: Any) -> np.ndarray:
    from PIL import Image

    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.array(image.convert("RGB"))


def _to_rgb(image: np.ndarray) -> np.ndarray:
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    if image.shape[2] == 4:
        alpha = image[..., 3:].astype(np.float32) / 255
        image = np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _turn_upright(image: np.ndarray, data: bytes) -> np.ndarray:
    """Turns `image` as the orientation tag in its file says."""
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(data)) as file:
            tag = file.getexif().get(ORIENTATION_TAG, 1)
    except Exception:               # a kind that OpenCV knows and Pillow does not has no tag
        return image
    if tag == 1:
        return image
    turned = Image.fromarray(image)
    turned.getexif()[ORIENTATION_TAG] = tag
    return np.array(ImageOps.exif_transpose(turned))

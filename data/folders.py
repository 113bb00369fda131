"""Image folders, on disk or inside a zip file, as domains.

The images of a folder and of the folders below it are sorted by their paths. Each is cropped to
its central square and scaled to the requested size (area mean down, bilinear up), so that one
folder can hold several sizes. Grey, CMYK and 16-bit images become 8-bit RGB, transparent images
get a white background, and JPEGs are rotated as their EXIF tag says.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeAlias, overload

import cv2
import numpy as np

from framework.errors import UserError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"}
FIRST_AND_LAST_BYTES = {b"\xff\xd8": b"\xff\xd9", b"\x89PNG": b"IEND"}      # of a JPEG, a PNG
MAX_DECODED_BYTES = 2**30       # more bytes of decoded images than this are decoded on demand
HOLD_OUT_EVERY = 10             # without a test folder every tenth image is held out

Place: TypeAlias = Path | zipfile.Path


class ImageFile(Protocol):
    """A file with an encoded image: a path, also inside a zip file, or `data.records.Record`."""

    @property
    def name(self) -> str: ...

    def read_bytes(self) -> bytes: ...


# OpenCV would print its own message beside our one line about a broken image. Version 5 moved
# the function.
_set_log_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
_set_log_level(0)


class ImageFiles:
    """Image files decoded on demand: `files[int array]` is uint8 [n, size, size, 3] (RGB).

    A slice gives an ImageFiles again. fit: a function of (image, size) that crops and scales, by
    default `crop_square`. Raises UserError that names a broken file.
    """

    dtype, ndim = np.dtype(np.uint8), 4

    def __init__(self, files: Sequence[ImageFile], size: int,
                 fit: Callable[[np.ndarray, int], np.ndarray] | None = None):
        self.files, self.size, self.fit = files, size, fit or crop_square

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return len(self.files), self.size, self.size, 3

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, which: slice) -> "ImageFiles": ...

    @overload
    def __getitem__(self, which: Sequence[int] | np.ndarray) -> np.ndarray: ...

    def __getitem__(self, which: slice | Sequence[int] | np.ndarray) -> "ImageFiles | np.ndarray":
        if isinstance(which, slice):
            return ImageFiles(self.files[which], self.size, self.fit)
        images = np.empty((len(which), self.size, self.size, 3), np.uint8)

        def fill(i: int) -> None:
            images[i] = self.fit(decode(self.files[which[i]]), self.size)

        with ThreadPoolExecutor() as pool:
            list(pool.map(fill, range(len(which))))
        return images


def decode_if_small(images: ImageFiles, size: int, seed: Any = 0) -> np.ndarray | ImageFiles:
    """A transform: returns the decoded images if they fit into MAX_DECODED_BYTES, else the files.

    size and seed are not used.
    """
    fits = np.prod(images.shape, dtype=np.int64) <= MAX_DECODED_BYTES
    return images[np.arange(len(images))] if fits else images


def decode(file: ImageFile) -> np.ndarray:
    """Decodes the image in `file` to uint8 [H, W, 3], RGB.

    Raises UserError for a file that cannot be read or is broken.
    """
    try:
        data = file.read_bytes()
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"cannot read the image {file}: {error}") from error
    cut = any(data.startswith(first) and data.rfind(last) < len(data) // 2
              for first, last in FIRST_AND_LAST_BYTES.items())
    jpeg = data.startswith(b"\xff\xd8")
    how = cv2.IMREAD_COLOR if jpeg else cv2.IMREAD_UNCHANGED
    image = None if cut or not data else cv2.imdecode(np.frombuffer(data, np.uint8), how)
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise UserError(f"the image {file} is broken; mend or remove it")
    return _rgb(image)


def _rgb(image: np.ndarray) -> np.ndarray:
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    if image.shape[2] == 4:
        alpha = image[..., 3:].astype(np.float32) / 255
        image = np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def crop_square(image: np.ndarray, size: int) -> np.ndarray:
    """Crops an image [H, W, 3] to its central square and scales it to [size, size, 3]."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return scale_to_square(image[top:top + side, left:left + side], size)


def scale_to_square(image: np.ndarray, size: int) -> np.ndarray:
    """Scales an image [H, W, 3] to [size, size, 3]: area mean down, bilinear up."""
    how = cv2.INTER_AREA if size < min(image.shape[:2]) else cv2.INTER_LINEAR
    return cv2.resize(image, (size, size), interpolation=how)


def read_folder(path: Path, split: str, size: int) -> ImageFiles:
    """Returns the image files of `split` in the folder `path`, which may lie inside a zip file.

    The held-out images of a folder trainX are those of testX beside it. Without such a folder
    every tenth image is held out. Raises UserError for a folder that is missing, unreadable or
    empty, or has too few images.
    """
    test = path.parent / ("test" + path.name.removeprefix("train"))
    if path.name.startswith("train") and folder_exists(test):
        found = image_files(test if split == "test" else path)
    else:
        found = image_files(path)
        held = found[HOLD_OUT_EVERY - 1::HOLD_OUT_EVERY]
        if split == "test" and not held:
            raise UserError(f"{path} has {len(found)} images; to hold some out it needs "
                            f"{HOLD_OUT_EVERY}, or a test folder beside a train folder")
        out = set(held)
        found = held if split == "test" else [f for f in found if f not in out]
    return ImageFiles(found, size)


def domain_folders(path: Path) -> tuple[Path, ...]:
    """Returns the folders of the domains in the folder or zip file `path`.

    They are domain1, domain2, ... or trainA, trainB, ... in it, or in the single folder that it
    holds. Without such folders `path` itself is the one domain. Raises UserError for a folder
    that is missing or unreadable.
    """
    names = {child.name for child in children(path) if child.is_dir()}
    for series in ([f"domain{k}" for k in range(1, 100)], [f"train{x}" for x in "ABCDEFGH"]):
        found = [name for name in series if name in names]
        if found:
            return tuple(path / name for name in found)
    inner = domain_folders(path / next(iter(names))) if len(names) == 1 else ()
    return inner if len(inner) > 1 else (path,)


def image_files(path: Place) -> list[Place]:
    """Returns all image files in the folder `path`, also in folders below it, sorted by path.

    Raises UserError for a folder that is missing, unreadable or without images.
    """
    found = list(_walk(path))
    if not found:
        raise UserError(f"there are no images in {path} "
                        f"({', '.join(sorted(s[1:] for s in SUFFIXES))} are looked for)")
    return found


def _walk(path: Place) -> Iterator[Place]:
    for child in children(path):
        if child.is_dir():
            yield from _walk(child)
        elif Path(child.name).suffix.lower() in SUFFIXES:
            yield child


def children(path: Place) -> list[Place]:
    """Returns the files and folders in `path`, sorted by name, but no hidden ones nor __MACOSX.

    Raises UserError for a folder that is missing or unreadable.
    """
    try:
        found: list[Place] = list(_place(path).iterdir())
    except OSError as error:
        raise UserError(f"cannot read the folder {path}: {error.strerror}") from error
    visible = (c for c in found if not c.name.startswith((".", "__")))
    return sorted(visible, key=lambda child: child.name)


def _place(path: Place) -> Place:
    """Returns `path` itself or, if it leads into a zip file, the place in there.

    Raises UserError if it is no folder.
    """
    if isinstance(path, zipfile.Path):
        return path
    for archive in (path, *path.parents):
        if archive.suffix == ".zip" and archive.is_file():
            inner = path.relative_to(archive).as_posix()
            try:
                root = zipfile.Path(archive)
            except (OSError, zipfile.BadZipFile) as error:
                raise UserError(f"cannot read {archive}: {error}") from error
            if inner == ".":
                return root
            place: Place = root / inner
            break
    else:
        place = path
    if not place.exists():
        raise UserError(f"there is no folder {path}")
    if not place.is_dir():
        raise UserError(f"{path} is not a folder of images")
    return place


def folder_exists(path: Place) -> bool:
    """Whether the folder `path` exists, on disk or inside a zip file."""
    try:
        return bool(_place(path))
    except UserError:
        return False

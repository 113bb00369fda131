"""Image folders, on disk or inside a zip file, as domains.

The images of a folder and of the folders below it are sorted by their paths. A file is an image by
its ending or, without one that is known, by its first bytes; what is no image is passed over with
a line. Each image is cropped to its central square and scaled to the requested size (area mean
down, bilinear up), so that one folder can hold several sizes. How they are decoded: data.decode.
"""

import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, overload

import cv2
import numpy as np
from tqdm import tqdm

from data.decode import ImageFile, decode, looks_like_an_image
from framework.errors import UserError

SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm",
            ".pgm", ".pbm", ".pnm", ".gif", ".avif", ".jp2", ".tga"}
HEAD_BYTES = 32                 # of a file that tell what it is
ENCRYPTED = 1                   # a bit of a zip file's flags
UNPACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
HELD_OUT_FOLDERS = ("test", "val", "valid", "validation")
MAX_DECODED_BYTES = 2**30       # more bytes of decoded images than this are decoded on demand
MAX_BROKEN_SHARE = 0.05         # of a set, whose places others take
HOLD_OUT_EVERY = 10             # without a test folder every tenth image is held out

Place: TypeAlias = Path | zipfile.Path


class ImageFiles:
    """Image files decoded on demand: `files[int array]` is uint8 [n, size, size, 3] (RGB).

    A slice gives an ImageFiles again. fit: a function of (image, size) that crops and scales, by
    default `crop_square`. labels: [N, A] or None. In the place of a broken image stands another of
    the set, always the same, with the same labels if there is one; stderr names both once. Raises
    UserError where more than `broken_share` of all images are broken.
    """

    dtype, ndim = np.dtype(np.uint8), 4

    def __init__(self, files: Sequence[ImageFile], size: int,
                 fit: Callable[[np.ndarray, int], np.ndarray] | None = None,
                 labels: np.ndarray | None = None, broken_share: float = MAX_BROKEN_SHARE):
        self.files, self.size, self.fit, self.labels = files, size, fit or crop_square, labels
        self.broken_share = broken_share
        self._broken: dict[int, int] = {}       # index of a broken image -> that in its place
        self._lock = threading.Lock()

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
            labels = None if self.labels is None else self.labels[which]
            return ImageFiles(self.files[which], self.size, self.fit, labels, self.broken_share)
        images = np.empty((len(which), self.size, self.size, 3), np.uint8)

        def fill(i: int) -> None:
            images[i] = self.fit(self._decode(int(which[i])), self.size)

        with ThreadPoolExecutor() as pool:
            list(pool.map(fill, range(len(which))))
        return images

    def _decode(self, index: int) -> np.ndarray:
        """The image `index`, or the one in its place."""
        try:
            return decode(self.files[self._broken.get(index, index)])
        except UserError as error:
            with self._lock:
                return self._replace(index, error)

    def _replace(self, index: int, error: UserError) -> np.ndarray:
        """Takes note of a broken image and returns the next one that is whole."""
        known = index in self._broken
        self._broken[index] = index
        if len(self._broken) > self.broken_share * len(self):
            if len(self._broken) == 1:
                raise error
            names = ", ".join(str(self.files[i]) for i in sorted(self._broken)[:2])
            raise UserError(f"{len(self._broken)} of {len(self)} images are broken, such as "
                            f"{names}; mend or remove them") from error
        for other in self._candidates(index):
            if other in self._broken:
                continue
            with suppress(UserError):
                image = decode(self.files[other])
                self._broken[index] = other
                if not known:
                    tqdm.write(f"{error}; until then {self.files[other].name} stands in its place",
                               file=sys.stderr)
                return image
        raise error

    def _candidates(self, index: int) -> np.ndarray:
        """All other indices, from the next one on, those with the most equal labels first."""
        order = (index + np.arange(1, len(self))) % len(self)
        if self.labels is None:
            return order
        differing = (self.labels[order] != self.labels[index]).reshape(len(order), -1).sum(1)
        return order[np.argsort(differing, kind="stable")]


def decode_if_small(images: ImageFiles, size: int, seed: Any = 0) -> np.ndarray | ImageFiles:
    """A transform: returns the decoded images if they fit into MAX_DECODED_BYTES, else the files.

    size and seed are not used.
    """
    fits = np.prod(images.shape, dtype=np.int64) <= MAX_DECODED_BYTES
    return images[np.arange(len(images))] if fits else images


def crop_square(image: np.ndarray, size: int) -> np.ndarray:
    """Crops an image [H, W, 3] to its central square and scales it to [size, size, 3]."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return scale_to_square(image[top:top + side, left:left + side], size)


def scale_to_square(image: np.ndarray, size: int) -> np.ndarray:
    """Scales an image [H, W, 3] to [size, size, 3], each side by itself: area mean down, bilinear
    up."""
    height, width = image.shape[:2]
    down = cv2.resize(image, (min(width, size), min(height, size)), interpolation=cv2.INTER_AREA)
    return cv2.resize(down, (size, size), interpolation=cv2.INTER_LINEAR)


def read_folder(path: Path, split: str, size: int) -> ImageFiles:
    """Returns the image files of `split` in the folder `path`, which may lie inside a zip file.

    The held-out images of a folder trainX are those of testX or valX beside it. Without such a
    folder every tenth image is held out. Raises UserError for a folder that is missing, unreadable
    or empty, or has too few images.
    """
    if test := held_out_folder(path):
        found = image_files(test if split == "test" else path)
    else:
        found = divide(image_files(path), split, path)
    return ImageFiles(found, size)


def divide(files: list, split: str, path: object) -> list:
    """The files of `split`, of which every tenth is held out. path: where they lie, for messages.
    Raises UserError where there are too few to hold one out."""
    if split == "test" and len(files) < HOLD_OUT_EVERY:
        raise UserError(f"{path} has {len(files)} images; to hold some out it needs "
                        f"{HOLD_OUT_EVERY}, or a test folder beside a train folder")
    return [f for at, f in enumerate(files, 1) if (at % HOLD_OUT_EVERY == 0) == (split == "test")]


def held_out_folder(path: Path) -> Path | None:
    """The folder of the held-out images of a folder trainX: testX or valX beside it, if any."""
    if not path.name.startswith("train"):
        return None
    beside = (path.parent / (name + path.name.removeprefix("train")) for name in HELD_OUT_FOLDERS)
    return next((folder for folder in beside if folder_exists(folder)), None)


def domain_folders(path: Path) -> tuple[Path, ...]:
    """Returns the folders of the domains in the folder or zip file `path`.

    They are domain1, domain2, ... or trainA, trainB, ... in it, or in the single folder that it
    holds. Of a folder with train beside test or val, as torchvision has them, train is the one
    domain; without any such folders `path` itself is. Raises UserError for a folder that is
    missing or unreadable.
    """
    names = {child.name for child in children(path) if child.is_dir()}
    for series in ([f"domain{k}" for k in range(1, 100)], [f"train{x}" for x in "ABCDEFGH"]):
        found = [name for name in series if name in names]
        if found:
            return tuple(path / name for name in found)
    if "train" in names and names & set(HELD_OUT_FOLDERS):
        return (path / "train",)
    inner = domain_folders(path / next(iter(names))) if len(names) == 1 else ()
    return inner if len(inner) > 1 or inner and inner[0].name == "train" else (path,)


def archives(path: Path, first: str = "") -> list[Path]:
    """Returns the zip files in the folder `path`, those whose names begin with `first` before the
    others, whatever the case of letters. A name such as archive.zip does not tell what is in it."""
    found = (f for f in path.iterdir() if f.suffix.lower() == ".zip" and f.is_file())
    return sorted(found, key=lambda f: (not f.name.lower().startswith(first.lower()), f.name))


def image_files(path: Place) -> list[Place]:
    """Returns all image files in the folder `path`, also in folders below it, sorted by path.

    A folder that a link leads to again is taken once. What is no image is counted and named, in
    one line for each folder. Raises UserError for a folder that is missing, unreadable or without
    images.
    """
    found, passed_over = [], []
    for file in _walk(path, set()):
        (found if _is_image(file) else passed_over).append(file)
    if not found:
        raise UserError(f"there are no images in {path} "
                        f"({', '.join(sorted(s[1:] for s in SUFFIXES))} are looked for)")
    if passed_over:
        _say_once(str(path), tuple(file.name for file in passed_over))
    return found


@cache
def _say_once(folder: str, names: tuple[str, ...]) -> None:
    count, more = len(names), ", ..." if len(names) > 3 else ""
    print(f"{folder}: {count} {'file is' if count == 1 else 'files are'} no image and passed over: "
          f"{', '.join(names[:3])}{more}")


def _is_image(file: Place) -> bool:
    if Path(file.name).suffix.lower() in SUFFIXES:
        return True
    try:
        with file.open("rb") as opened:
            return looks_like_an_image(opened.read(HEAD_BYTES))
    except Exception:               # in an archive zipfile, zlib, bz2 and lzma each have their own
        return False


def _walk(path: Place, seen: set[str]) -> Iterator[Place]:
    """The files in `path` and below. seen: the folders so far, without links."""
    real = str(path.resolve()) if isinstance(path, Path) else str(path)
    if real in seen:
        return
    seen.add(real)
    for child in children(path):
        if child.is_dir():
            yield from _walk(child, seen)
        elif child.is_file():                   # no pipe and no device, which would wait for ever
            yield child


def children(path: Place) -> list[Place]:
    """Returns the files and folders in `path`, sorted by name, but no hidden ones nor __MACOSX.

    Raises UserError for a folder that is missing or unreadable.
    """
    try:
        found: list[Place] = list(_place(path).iterdir())
    except OSError as error:
        raise UserError(f"cannot read the folder {path}: {error.strerror}") from error
    visible = (c for c in found if not c.name.startswith(".") and c.name != "__MACOSX")
    return sorted(visible, key=lambda child: child.name)


def _place(path: Place) -> Place:
    """Returns `path` itself or, if it leads into a zip file, the place in there.

    Raises UserError if it is no folder.
    """
    if isinstance(path, zipfile.Path):
        return path
    for archive in (path, *path.parents):
        if archive.suffix.lower() == ".zip" and archive.is_file():
            inner = path.relative_to(archive).as_posix()
            root = _open_archive(archive)
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


def _open_archive(path: Path) -> zipfile.Path:
    """The zip file `path`, names with a backslash read as paths. Raises UserError for one that is
    damaged, encrypted or packed in a way that Python cannot unpack."""
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:      # zipfile has many for a damaged file, and for a later format
        raise UserError(f"cannot read {path}: {str(error)[:150]}") from error
    for member in archive.infolist():
        if member.flag_bits & ENCRYPTED:
            raise UserError(f"{path} is encrypted; unpack it and name the folder")
        if member.compress_type not in UNPACKED:
            raise UserError(f"{path} is packed by method {member.compress_type}, which Python does "
                            "not know; unpack it and name the folder")
        member.filename = member.filename.replace("\\", "/").lstrip("/")
    archive.NameToInfo = {member.filename: member for member in archive.infolist()}
    return zipfile.Path(archive)


def folder_exists(path: Place) -> bool:
    """Whether the folder `path` exists, on disk or inside a zip file."""
    try:
        return bool(_place(path))
    except UserError:
        return False

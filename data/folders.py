"""Image folders, on disk or inside a zip file, as domains.

A folder's images, also those in folders below it, are taken in the order of their paths.
Each is cropped to its central square and scaled to the size asked for (area mean down,
bilinear up), so that a folder may mix sizes. Grey, CMYK and 16-bit images become 8-bit RGB,
transparent ones are laid on white, JPEGs are turned as their EXIF tag says.
"""

import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from framework.errors import UserError

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"}
ENDINGS = {b"\xff\xd8": b"\xff\xd9", b"\x89PNG": b"IEND"}   # first and last bytes of a file
MEMORY = 2**30                  # bytes of decoded images kept in memory; more are streamed
HOLD_OUT = 10                   # without a test folder every tenth image is held out

# OpenCV's own complaints would stand beside the one line about a broken image. Version 5
# moved the function.
_set_log_level = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
_set_log_level(0)


class ImageFiles:
    """Image files decoded on demand: `files[int array]` is uint8 [n, size, size, 3] (RGB).

    A slice is again a sequence of files. fit: a function of (image, size) that crops and
    scales. Raises UserError naming a file that is broken.
    """

    dtype, ndim = np.dtype(np.uint8), 4

    def __init__(self, files: list, size: int, fit=None):
        self.files, self.size, self.fit = files, size, fit or square

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return len(self.files), self.size, self.size, 3

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, which):
        if isinstance(which, slice):
            return ImageFiles(self.files[which], self.size, self.fit)
        images = np.empty((len(which), self.size, self.size, 3), np.uint8)

        def fill(i):
            images[i] = self.fit(decode(self.files[which[i]]), self.size)

        with ThreadPoolExecutor() as pool:
            list(pool.map(fill, range(len(which))))
        return images


def keep(images: ImageFiles, size: int, seed=0):
    """The decoded images if they fit into MEMORY bytes, else the files (a transform)."""
    fits = np.prod(images.shape, dtype=np.int64) <= MEMORY
    return images[np.arange(len(images))] if fits else images


def decode(file) -> np.ndarray:
    """The image in `file` (a path, also inside a zip file), uint8 [H, W, 3], RGB."""
    try:
        data = file.read_bytes()
    except (OSError, zipfile.BadZipFile, zlib.error) as error:
        raise UserError(f"cannot read the image {file}: {error}") from error
    cut = any(data.startswith(first) and data.rfind(last) < len(data) // 2
              for first, last in ENDINGS.items())
    jpeg = data.startswith(b"\xff\xd8")
    how = cv2.IMREAD_COLOR if jpeg else cv2.IMREAD_UNCHANGED
    image = None if cut or not data else cv2.imdecode(np.frombuffer(data, np.uint8), how)
    if image is None or image.dtype not in (np.uint8, np.uint16):
        raise UserError(f"the image {file} is broken; mend or remove it")
    return _rgb(image)


def _rgb(image):
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    if image.shape[2] == 4:
        alpha = image[..., 3:].astype(np.float32) / 255
        image = np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def square(image: np.ndarray, size: int) -> np.ndarray:
    """The central square of an image [H, W, 3], scaled."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return scaled(image[top:top + side, left:left + side], size)


def scaled(image: np.ndarray, size: int) -> np.ndarray:
    """An image [H, W, 3] at [size, size, 3]: area mean down, bilinear up."""
    how = cv2.INTER_AREA if size < min(image.shape[:2]) else cv2.INTER_LINEAR
    return cv2.resize(image, (size, size), interpolation=how)


def read(path: Path, split: str, size: int) -> ImageFiles:
    """The image files of `split` in the folder `path`, which may lie inside a zip file.

    The held-out images of trainX are those of testX beside it; without such a folder they
    are every tenth image. Raises UserError for a folder that is missing, unreadable or empty.
    """
    test = path.parent / ("test" + path.name.removeprefix("train"))
    if path.name.startswith("train") and exists(test):
        found = files(test if split == "test" else path)
    else:
        found = files(path)
        held = found[HOLD_OUT - 1::HOLD_OUT]
        if split == "test" and not held:
            raise UserError(f"{path} has {len(found)} images; to hold some out it needs "
                            f"{HOLD_OUT}, or a test folder beside a train folder")
        out = set(held)
        found = held if split == "test" else [f for f in found if f not in out]
    return ImageFiles(found, size)


def parts(path: Path) -> tuple[Path, ...]:
    """The domains in the folder or zip file `path`: domain1, domain2, ... or trainA, trainB,
    ... in it, or in the one folder that it holds; else the folder itself.

    Raises UserError for a folder that is missing or unreadable.
    """
    names = {child.name for child in children(path) if child.is_dir()}
    for series in ([f"domain{k}" for k in range(1, 100)], [f"train{x}" for x in "ABCDEFGH"]):
        found = [name for name in series if name in names]
        if found:
            return tuple(path / name for name in found)
    inner = parts(path / next(iter(names))) if len(names) == 1 else ()
    return inner if len(inner) > 1 else (path,)


def files(path) -> list:
    """All image files in the folder `path`, which may lie inside a zip file, by their paths.

    Raises UserError for a folder that is missing, unreadable or without images.
    """
    found = list(_walk(_place(path), path))
    if not found:
        raise UserError(f"there are no images in {path} "
                        f"({', '.join(sorted(s[1:] for s in SUFFIXES))} are looked for)")
    return found


def _walk(folder, path):
    for child in children(path, folder):
        if child.is_dir():
            yield from _walk(child, child)
        elif Path(child.name).suffix.lower() in SUFFIXES:
            yield child


def children(path, folder=None) -> list:
    """What lies in the folder `path`, by name, without what is hidden or a Mac's (__MACOSX).

    Raises UserError for a folder that is missing or unreadable.
    """
    try:
        found = list((folder or _place(path)).iterdir())
    except OSError as error:
        raise UserError(f"cannot read the folder {path}: {error.strerror}") from error
    visible = (c for c in found if not c.name.startswith((".", "__")))
    return sorted(visible, key=lambda child: child.name)


def _place(path: Path):
    """`path` as something with iterdir and read_bytes: itself, or a place in a zip file."""
    for archive in (path, *path.parents):
        if archive.suffix == ".zip" and archive.is_file():
            inner = path.relative_to(archive).as_posix()
            try:
                root = zipfile.Path(archive)
            except (OSError, zipfile.BadZipFile) as error:
                raise UserError(f"cannot read {archive}: {error}") from error
            if inner == ".":
                return root
            place = root / inner
            break
    else:
        place = path
    if not place.exists():
        raise UserError(f"there is no folder {path}")
    if not place.is_dir():
        raise UserError(f"{path} is not a folder of images")
    return place


def exists(path) -> bool:
    """Whether there is a folder `path`, or one of that name inside a zip file."""
    try:
        return bool(_place(path))
    except UserError:
        return False

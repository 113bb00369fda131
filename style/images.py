"""Reads image files as float32 [1, H, W, 3] in [-1, 1], see `data.decode`, and writes them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.decode import decode
from framework.errors import UserError
from framework.files import replacing
from framework.pixels import to_uint8, to_unit

OUTPUT_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
DEFAULT_SIDE_PIXELS = 512           # the largest longer side if no size is given


def read(path: str | Path, size: int | None = None) -> np.ndarray:
    """Reads the image in the file `path` as [1, H, W, 3] in [-1, 1].

    size: the pixels of its longer side; 0 keeps the size; None reduces larger ones to 512.
    Raises UserError, with the file's name, if it is no image.
    """
    return to_unit(resize_image(read_uint8(path), size))[None]


def read_uint8(path: str | Path) -> np.ndarray:
    """Reads the image in `path` as uint8 [H, W, 3], upright. Raises UserError if it is none."""
    return decode(Path(path))


def resize_image(image: np.ndarray, size: int | None) -> np.ndarray:
    """Resizes uint8 [H, W, 3] to a longer side of `size`, see `read`: area mean down, cubic up."""
    import cv2

    height, width = image.shape[:2]
    if size is None:
        size = min(DEFAULT_SIDE_PIXELS, max(height, width))
    if size in (0, max(height, width)):
        return image
    factor = size / max(height, width)
    shape = max(1, round(width * factor)), max(1, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(image, shape, interpolation=how)


def pad_to_multiple(image: np.ndarray, multiple: int) -> np.ndarray:
    """Repeats the last row and column of `image` [1, H, W, 3] until `multiple` divides both
    sides."""
    _, height, width, _ = image.shape
    return np.pad(image, ((0, 0), (0, -height % multiple), (0, -width % multiple), (0, 0)), "edge")


def check_image_output(path: str | Path) -> None:
    """Raises UserError unless `path` is a file name of an image in an existing folder."""
    path = Path(path)
    if path.suffix.lower() not in OUTPUT_SUFFIXES:
        raise UserError(f"{path}: a picture is written as {', '.join(OUTPUT_SUFFIXES)}")
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a file")
    check_folder(path.parent)


def check_free(paths: Sequence[str | Path], inputs: Sequence[str | Path],
               overwrite: bool) -> None:
    """Raises UserError where a file that is to be written is named twice, is an input, or exists
    and is not to be overwritten. An empty path stands for none."""
    written, read = [Path(path) for path in paths if str(path)], set()
    for path in dict.fromkeys(map(Path, inputs)):
        if path.exists():
            read.add(_identity(path))
    for path, times in Counter(written).items():
        if times > 1:
            raise UserError(f"two results would be called {path}; rename one of them")
        if path.exists():
            if _identity(path) in read:
                raise UserError(f"{path} would be replaced by its own result; choose another "
                                "output")
            if not overwrite:
                raise UserError(f"{path} exists; choose another name or add --overwrite")


def _identity(path: Path) -> tuple[int, int]:
    """The same for all names of one file."""
    found = path.stat()
    return found.st_dev, found.st_ino


def check_folder(folder: str | Path) -> None:
    """Raises UserError if the folder does not exist."""
    if not Path(folder).is_dir():
        raise UserError(f"there is no folder {folder} to write into")


def write_image(path: str | Path, image: np.ndarray) -> None:
    """Writes uint8 [H, W, 3], or [1, H, W, 3] in [-1, 1], in the format of the suffix. The file
    appears complete or not at all. Raises UserError if that fails, as on a full disk."""
    import cv2

    path = Path(path)
    if image.dtype != np.uint8:
        image = to_uint8(image[0])
    settings = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix.lower() in (".jpg", ".jpeg") else []
    try:
        with replacing(path) as temporary:
            data = cv2.imencode(path.suffix.lower(), image[..., ::-1], settings)[1]
            temporary.write_bytes(data.tobytes())
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None


def side_by_side(rows: Sequence[Sequence[np.ndarray | None]], gap: int = 6) -> np.ndarray:
    """Joins rows of images, uint8 [H, W, 3] or [1, H, W, 3] in [-1, 1], to one on white, uint8.

    Each is scaled to fit into the size of the last row's first image, so that content, style and
    result of different shapes stand side by side. None leaves its place white. gap: white pixels
    between images.
    """
    table = [[None if image is None else image if image.dtype == np.uint8 else to_uint8(image[0])
              for image in row] for row in rows]
    shown = [image for row in table for image in row if image is not None]
    corner = table[-1][0]
    height, width = (shown[0] if corner is None else corner).shape[:2]
    columns = max(map(len, table))
    sheet = np.full((len(table) * (height + gap) - gap, columns * (width + gap) - gap, 3), 255,
                    np.uint8)
    for i, row in enumerate(table):
        for j, image in enumerate(row):
            if image is not None:
                placed = fitted(image, height, width)
                top = i * (height + gap) + (height - placed.shape[0]) // 2
                left = j * (width + gap) + (width - placed.shape[1]) // 2
                sheet[top:top + placed.shape[0], left:left + placed.shape[1]] = placed
    return sheet


def fitted(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """The image uint8 [H, W, 3] as large as it fits into `height` x `width`, in its own shape."""
    factor = min(height / image.shape[0], width / image.shape[1])
    longer = round(max(image.shape[:2]) * factor)
    return resize_image(image, max(1, longer))[:height, :width]

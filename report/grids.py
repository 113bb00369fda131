"""The sample grids of a run, small enough to stand in a page by the dozen."""

import base64
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from trainers.film import evenly_chosen

MOST_GRIDS = 30                 # in a page, the first and the last among them
WIDEST = 1000                   # pixels
HIGHEST = 16_383                # a WebP has no more
QUALITY = 60                    # of WebP


class Packed(NamedTuple):
    """A picture for a page; data: a URI that holds it; width, height: in pixels."""

    data: str
    width: int
    height: int


class Grid(NamedTuple):
    """A picture after so many iterations; data: a URI that holds it; width, height: in pixels."""

    iteration: int
    data: str
    width: int
    height: int


class GridReader:
    """Reads the grids in a folder of pictures named by iterations; each is packed once."""

    def __init__(self, folder: Path):
        self.folder, self._packed = folder, {}

    def __call__(self) -> list[Grid]:
        """The grids that are there now, in order. What cannot be read is passed over."""
        files = numbered(self.folder)
        numbers, found = list(files), []
        for number in (numbers[rank] for rank in evenly_chosen(len(numbers), MOST_GRIDS)):
            stamp = files[number].stat().st_mtime_ns
            if self._packed.get(number, (None,))[0] != stamp:
                self._packed[number] = stamp, packed(files[number])
            if (packing := self._packed[number][1]):
                found.append(Grid(number, *packing))
        return found


def numbered(folder: Path) -> dict[int, Path]:
    """The pictures in the folder by the iterations that they are named by, in order."""
    files = {int(path.stem): path for path in folder.glob("*.png") if path.stem.isdecimal()}
    return dict(sorted(files.items()))


def newest_grid(folder: Path) -> Grid | None:
    """The last of the grids in the folder that can be read; None where there is none."""
    for number, path in reversed(numbered(folder).items()):
        if packing := packed(path):
            return Grid(number, *packing)
    return None


def packed(path: Path) -> Packed | None:
    """The picture in `path` as WebP, at most WIDEST pixels wide; None where it is no picture."""
    try:
        picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    return None if picture is None else packed_pixels(picture[..., ::-1])


def packed_pixels(picture: np.ndarray, widest: int = WIDEST, quality: int = QUALITY) -> Packed:
    """The picture uint8 [H, W, 3] RGB as WebP. widest: pixels. quality: of WebP, 1 to 100."""
    height, width = picture.shape[:2]
    factor = min(widest / width, HIGHEST / height)
    if factor < 1:
        width, height = max(1, round(width * factor)), max(1, round(height * factor))
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".webp", np.ascontiguousarray(picture[..., ::-1]),
                         [cv2.IMWRITE_WEBP_QUALITY, quality])[1].tobytes()
    uri = f"data:image/webp;base64,{base64.b64encode(coded).decode()}"
    return Packed(uri, width, height)

"""The sample grids of a run, small enough to stand in a page by the dozen."""

import base64
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from trainers.film import evenly_chosen

MOST_GRIDS = 30                 # in a page, the first and the last among them
WIDEST = 1000                   # pixels
QUALITY = 60                    # of WebP


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
        files = {int(path.stem): path for path in self.folder.glob("*.png")
                 if path.stem.isdecimal()}
        numbers, found = sorted(files), []
        for number in (numbers[rank] for rank in evenly_chosen(len(numbers), MOST_GRIDS)):
            stamp = files[number].stat().st_mtime_ns
            if self._packed.get(number, (None,))[0] != stamp:
                self._packed[number] = stamp, packed(files[number])
            if (packing := self._packed[number][1]):
                found.append(Grid(number, *packing))
        return found


def packed(path: Path) -> tuple[str, int, int] | None:
    """(URI, width, height) of the picture in `path` as WebP, at most WIDEST pixels wide; None
    where it is no picture."""
    try:
        picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error):
        return None
    if picture is None:
        return None
    height, width = picture.shape[:2]
    if width > WIDEST:
        width, height = WIDEST, max(1, round(height * WIDEST / width))
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])[1].tobytes()
    return f"data:image/webp;base64,{base64.b64encode(coded).decode()}", width, height

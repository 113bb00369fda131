"""Two folders of pictures to try things on, cut from images that scikit-image ships freely.

    python -m docs.crops FOLDER

FOLDER/cells and FOLDER/stars then hold 300 squares of 96 pixels each, at random places of
`immunohistochemistry` and `hubble_deep_field`. Needs what requirements-dev.txt lists.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from framework.errors import UserError
from framework.files import writable_folder

SOURCES = {"cells": "immunohistochemistry", "stars": "hubble_deep_field"}
COUNT, SIDE, SEED = 300, 96, 0


def write(place: Path, count: int = COUNT) -> None:
    """Writes `count` squares of every source under `place`. Raises UserError if it cannot."""
    rng = np.random.default_rng(SEED)
    for name, source in SOURCES.items():
        folder, image = place / name, getattr(data, source)()
        writable_folder(folder)
        for number in range(count):
            y, x = (int(rng.integers(0, side - SIDE)) for side in image.shape[:2])
            crop = np.ascontiguousarray(image[y:y + SIDE, x:x + SIDE, 2::-1])
            cv2.imwrite(str(folder / f"{number:03d}.png"), crop)
        print(f"{folder}: {count} images of {SIDE} x {SIDE}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python -m docs.crops FOLDER")
    try:
        write(Path(sys.argv[1]))
    except (UserError, OSError) as error:
        sys.exit(f"docs.crops: {error}")

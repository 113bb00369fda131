"""The sheet of style transfer in the README, from images that scikit-image ships freely.

    python -m docs.sheet --vgg_weights FILE --method nnst

Further options are those of stylize. Needs what requirements-dev.txt lists.
"""

import os
import sys
import tempfile
from pathlib import Path

import cv2
from skimage import data

from commands.dispatch import main
from style.images import resize_image

CONTENTS = ("astronaut", "coffee", "cat")
STYLES = ("immunohistochemistry", "hubble_deep_field", "brick", "gravel")
SHEET = Path(__file__).with_name("style.jpg")
SIZE = 256


def save(name: str, folder: Path) -> str:
    """Writes an image of `skimage.data` into `folder`; returns its path."""
    image, path = getattr(data, name)(), folder / f"{name}.png"
    image = image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    cv2.imwrite(str(path), resize_image(image, SIZE)[..., ::-1])
    return str(path)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "contents")
        folder.mkdir()
        for name in CONTENTS:
            save(name, folder)
        styles = [save(name, Path(place)) for name in STYLES]
        sys.exit(main(["stylize", str(folder), *styles, "--output", str(Path(place, "made")),
                       "--compare", str(SHEET), *sys.argv[1:]]))

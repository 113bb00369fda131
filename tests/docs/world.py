"""A folder in which the placeholders of the pages exist: RUN is a run, CATS a folder of images.

So a command of a page is tried as it stands there.
"""

import json
from pathlib import Path

import cv2
import numpy as np

from config.resolve import resolve
from data.load import load
from style.video import write_film

RUNS = ("RUN", "RUN0", "runs/demo", "runs/scogan-mnist2svhn", "runs/inverse", "runs/style")
# Words of the pages that are no files here.
WORDS = {"runs/classifier/models/classifier.keras": "",
         "PRESET": "demo", "N": "3", "DOMAIN": "glyph", "SOURCE": "FILE", "STYLISED": "FILE",
         "TABLE": "5.2", "DIR": "DATA"}
FOLDERS = ("CATS", "DOGS", "PHOTOS", "PAINTINGS", "IMAGES", "FOLDER", "A", "B", "PATH/domain1",
           "PATH/domain2", "OWN/cells", "OWN/stars", "DATA/apple2orange/trainA",
           "DATA/apple2orange/trainB")
PICTURES = ("PHOTO", "PAINTING", "PAINTING1", "PAINTING2", "FILE")
MASKS = ("AREAS", "AREAS1")
SIDE = 48                       # pixels of a picture


def lay_out(place: Path, pictures) -> None:
    """Writes all but the runs. pictures: an iterator of uint8 [H, W, 3], at least SIDE a side."""
    for name in FOLDERS:
        folder = place / name
        folder.mkdir(parents=True)
        for k in range(12):
            cv2.imwrite(str(folder / f"{k}.png"), next(pictures))
    for name in PICTURES:
        found = cv2.imencode(".png", next(pictures))[1]
        (place / name).write_bytes(found.tobytes())
    mask = np.zeros((SIDE, SIDE, 3), np.uint8)
    mask[:, SIDE // 2:] = 255
    for name in MASKS:
        (place / name).write_bytes(cv2.imencode(".png", mask)[1].tobytes())
    with write_film(place / "FILM.mp4", 5) as take:
        for _ in range(2):
            take(next(pictures))
    strokes = np.zeros((32, 32, 4), np.uint8)
    strokes[8:24, 14:18] = 255
    cv2.imwrite(str(place / "FILE.png"), strokes)
    for name in ("mnist", "svhn", "usps"):
        write_npz(place / "DATA" / f"{name}.npz", name)


def write_npz(file: Path, name: str) -> None:
    """Sixty drawn digits and twenty held out, in the shape of the data set `name`."""
    side = {"mnist": 28, "usps": 16}.get(name, 32)
    glyph = load(["glyph"], image_size=side, limit=80)[0]
    images, labels = glyph.images[:80], glyph.known_labels
    if name != "svhn":
        images = images[..., 0]
    np.savez(file, train_images=images[:60], train_labels=labels[:60], test_images=images[60:],
             test_labels=labels[60:])


def noise():
    """Pictures of noise, as many as are asked for."""
    rng = np.random.default_rng(0)
    while True:
        yield rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)


def pretend_runs(place: Path) -> None:
    """Runs of which there is the configuration alone."""
    for name in RUNS:
        config = resolve(["--preset", "demo"])
        (place / name).mkdir(parents=True)
        (place / name / "config.json").write_text(json.dumps(config.stored()))

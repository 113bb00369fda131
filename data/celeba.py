"""CelebA and similar sets: faces in a folder or zip file, with a table of +-1 attributes.

A set is `celeba/` or `celeba.zip` in the data folder, the data folder (or zip file) itself, or any
zip file there, such as archive.zip, if a table lies in it: list_attr_celeba.txt, or a CSV whose
first column is the file name. Its images are those of img_align_celeba (a folder or a zip file) or
of images/ beside the table, else all images in the set. The file name joins an image to its row.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data import folders, records
from data.attributes import plain_name, read_attribute_table
from framework.errors import UserError, unknown

NAME = "celeba"
SETS = {"CelebSmiling": "Smiling", "CelebBlond": "Blond_Hair", "CelebEyeglasses": "Eyeglasses"}
FULL_SIZE = 202_599
FACES_WITH = {"Smiling": 97_669, "Blond_Hair": 29_983, "Eyeglasses": 13_193}      # table 2.2
ATTRIBUTES = (                  # of at least 50,000 faces each (thesis 5.3)
    "Arched_Eyebrows", "Attractive", "Heavy_Makeup", "High_Cheekbones", "Male",
    "Mouth_Slightly_Open", "No_Beard", "Oval_Face", "Pointy_Nose", "Smiling", "Wavy_Hair",
    "Wearing_Lipstick", "Young")
CROP_SHARE = 0.7                # share of height and width that the thesis's code keeps
PREFIX, WITHOUT = f"{NAME}:", "without_"
TABLE_NAME = re.compile(r"(?i)(.*[_-])?attr(ibutes?)?([_.-].*)?\.(txt|csv)")
PARTITION_NAME = re.compile(r"(?i)list_eval_partition\.(txt|csv)")
TEST_PART = 2                   # in list_eval_partition; 0 is training, 1 validation
IMAGE_PLACES = ("img_align_celeba", "img_align_celeba.zip", "Img/img_align_celeba",
                "Img/img_align_celeba.zip", "images")


class Faces(NamedTuple):
    """files: N images. attributes: A names. has: bool [N, A]. held_out: bool [N]."""

    files: Sequence[folders.ImageFile]
    attributes: tuple[str, ...]
    has: np.ndarray
    held_out: np.ndarray

    def learned_attributes(self) -> tuple[str, ...]:
        """What a classifier learns: the thesis's 13 attributes, or all if none of them is here."""
        return tuple(name for name in ATTRIBUTES if name in self.attributes) or self.attributes

    def column(self, attribute: str) -> np.ndarray:
        """Whether each face has the attribute, bool [N]. Raises UserError for an unknown one."""
        attribute = plain_name(attribute)
        if attribute not in self.attributes:
            raise unknown("attribute", attribute, self.attributes)
        return self.has[:, self.attributes.index(attribute)]


def read_faces(domain: str, data_dir: Path | None, split: str, size: int,
               fit: Callable[[np.ndarray, int], np.ndarray] | None = None,
               ) -> tuple[folders.ImageFiles, np.ndarray]:
    """Returns images uint8 [N, size, size, 3] of a domain, decoded on demand, and labels int32
    [N, A] of 0 and 1 for `attributes(data_dir)`.

    domain: "celeba", "celeba:NAME" (with the attribute) or "celeba:without_NAME". The test part of
    list_eval_partition is held out, without that file every tenth face. fit: crops and scales an
    image, by default `crop_face`. Raises UserError if the
    set is not available, if its images and table do not match, or for an unknown attribute.
    """
    faces = _faces(data_dir)
    rows = np.flatnonzero(_of(domain, faces) & (faces.held_out == (split == "test")))
    labels = np.stack([faces.column(name)[rows] for name in faces.learned_attributes()],
                      1).astype(np.int32)
    files = [faces.files[int(i)] for i in rows]
    return folders.ImageFiles(files, size, fit or crop_face, labels), labels


def attributes(data_dir: Path | None) -> tuple[str, ...]:
    """The names of the labels' columns. Raises UserError as `read_faces`."""
    return _faces(data_dir).learned_attributes()


def is_here(data_dir: Path | None) -> bool:
    """Whether the set can be read without a network."""
    return _place(data_dir) is not None or records.is_here(NAME, data_dir)


def count(domain: str, data_dir: Path | None) -> int | None:
    """The number of faces of a domain in the data folder, including held-out ones; None if there
    is no set."""
    try:
        place = _place(data_dir)
        return int(_of(domain, _local(place)).sum()) if place else None
    except UserError:
        return None


def attribute_pair(dataset: str) -> tuple[str, str] | None:
    """The domains without and with the attribute of `dataset`, which is one of SETS or
    celeba:NAME; None for another data set."""
    name = PREFIX + SETS[dataset] if dataset in SETS else dataset
    if not name.startswith(PREFIX):
        return None
    return PREFIX + WITHOUT + _attribute(name), PREFIX + _attribute(name)


def crop_face(image: np.ndarray, size: int) -> np.ndarray:
    """Crops CelebA's 178x218 images to their central 0.7 and scales them to a square.

    As in the thesis this widens faces by a fifth. Square images (CelebA-HQ) are scaled whole.
    """
    height, width = image.shape[:2]
    if height != width:
        top, left = (int(side * (1 - CROP_SHARE) / 2) for side in (height, width))
        image = image[top:height - top, left:width - left]
    return folders.scale_to_square(image, size)


def _of(domain: str, faces: Faces) -> np.ndarray:
    """Whether each face belongs to the domain, bool [N]."""
    if domain == NAME:
        return np.ones(len(faces.files), bool)
    return faces.column(_attribute(domain)) != domain.startswith(PREFIX + WITHOUT)


def _attribute(domain: str) -> str:
    return domain.removeprefix(PREFIX).removeprefix(WITHOUT)


def _faces(data_dir: Path | None) -> Faces:
    place = _place(data_dir)
    return _local(place) if place else _of_tfds(data_dir)


def _place(data_dir: Path | None) -> Path | None:
    """The folder or zip file with a table of attributes, None if there is none."""
    if not data_dir or not data_dir.exists():
        return None
    packed = folders.archives(data_dir, "celeb") if data_dir.is_dir() else []
    named = [path for path in packed if path.name.lower().startswith("celeb")]
    others = [path for path in packed if path not in named]
    for place in (data_dir / NAME, data_dir / "CelebA", *named, data_dir, *others):
        for inner in _with_single_folders(place) if place.exists() else ():
            if _find(inner, TABLE_NAME):
                return inner
    return None


def _with_single_folders(place: Path) -> Iterator[Path]:
    """The place itself and, in a zip file that holds one folder alone, that, and so on."""
    yield place
    packed = place.suffix.lower() == ".zip" and folders.folder_exists(place)
    while packed:
        inside = [child for child in folders.children(place) if child.is_dir()]
        if len(inside) != 1:
            return
        place = place / inside[0].name
        yield place


def _find(place: Path, pattern: re.Pattern[str]) -> folders.Place | None:
    """The file in `place`, or in its folder Anno or Eval, whose name matches the pattern."""
    beside = [place, place / "Anno", place / "Eval"]
    return next((child for folder in beside if folders.folder_exists(folder)
                 for child in folders.children(folder) if pattern.fullmatch(child.name)), None)


@lru_cache(maxsize=2)
def _local(place: Path) -> Faces:
    file = _find(place, TABLE_NAME)
    if file is None:
        raise UserError(f"there is no table of attributes in {place}")
    table = read_attribute_table(file)
    inner = (place / name for name in IMAGE_PLACES if folders.folder_exists(place / name))
    images = next(inner, place)
    found = folders.image_files(images)
    known = [(f, row) for f in found if (row := table.row_of(f)) is not None]
    if not known:
        raise UserError(f"no image in {images} has a name of the table in {place}, such as "
                        f"{next(iter(table.rows))}")
    if len(known) < len(found):
        print(f"{images}: {len(found) - len(known)} of {len(found)} images have no row in "
              f"{file.name} and are passed over", file=sys.stderr)
    files = [f for f, _ in known]
    held_out = np.arange(len(files)) % folders.HOLD_OUT_EVERY == folders.HOLD_OUT_EVERY - 1
    if partition := _find(place, PARTITION_NAME):
        part = read_attribute_table(partition)
        rows = [part.row_of(f) for f in files]
        held_out = np.array([row is not None and part.values[row, 0] == TEST_PART for row in rows])
    has = table.values[[row for _, row in known]] > 0
    return Faces(files, table.names, has, held_out)


@lru_cache(maxsize=2)
def _of_tfds(data_dir: Path | None) -> Faces:
    splits = ("train", "validation", "test")
    parts = [records.read_records(NAME, split, data_dir) for split in splits]
    files: list[records.Record] = [file for part in parts for file in part]
    names = tuple(sorted(files[0]["attributes"]))
    rows = (file["attributes"] for file in files)
    has = np.array([[row[name] for name in names] for row in rows], bool)
    return Faces(files, names, has, np.repeat([False, False, True], [*map(len, parts)]))

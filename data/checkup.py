"""What is in the data before anybody trains: every image of every domain looked at once.

What it means, in words: data.remarks.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from data import records
from data.catalogue import Entry
from data.decode import ImageFile, decode
from data.folders import ImageFiles, crop_square, decode_if_small
from data.load import check_numbers, common_size, load, title
from data.looks import Look, Matches, found_in, look_at, repeats
from data.names import TFDS_PREFIX, find_domain
from framework.errors import UserError
from framework.progress import Bar, progress

KINDS = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG", "PNG"), (b"GIF8", "GIF"), (b"BM", "BMP"),
         (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"RIFF", "WebP"), (b"P", "PNM"),
         (b"\0\0\0\x0cjP  ", "JPEG 2000"), (b"\xff\x4f\xff\x51", "JPEG 2000"))
FORMAT_BOX = b"ftyp"            # bytes 4 to 8 of an AVIF


@dataclass(frozen=True)
class Split:
    """The images of one split of a domain.

    total: how many there are. images: those that are looked at, uint8 [N, H, W, 3] or files;
    names: of these, and what follows is by their indices. looks: of the readable ones. kinds: the
    formats of their files, none of images that are in no file. unreadable: why the others are.
    remark: why there is none at all.
    """

    total: int
    images: ImageFiles | np.ndarray
    names: list[str]
    looks: dict[int, Look]
    kinds: dict[int, str]
    unreadable: dict[int, str]
    remark: str = ""

    def pictures(self, count: int, size: int) -> np.ndarray:
        """Up to `count` readable images from the whole split, as training crops them: uint8
        [n, size, size, 3], or [n, H, W, 3] of images that are in no file."""
        readable = np.array(list(self.looks), int)
        some = readable[np.linspace(0, len(readable) - 1, min(count, len(readable))).astype(int)]
        if isinstance(self.images, np.ndarray):
            return self.images[some]
        return ImageFiles(self.images.files, size, self.images.fit)[some]


@dataclass(frozen=True)
class Checked:
    """One domain: its splits, which training images repeat others, and which held-out images are
    among the training images. cropped: whether training takes the central square. pruned: whether
    it leaves out what a classifier is not sure of."""

    name: str
    train: Split
    held_out: Split
    repeated: Matches
    leaked: Matches
    cropped: bool
    pruned: bool


def check(names: Sequence[str], data_dir: str | Path | None = None, image_size: int | None = None,
          limit: int = 5000) -> tuple[int, list[Checked]]:
    """Looks at the domains `names` (see data.names.domain_names) at the height and width that
    training would give them, which is returned too.

    limit: images looked at of a split, spread over its files. Raises UserError for data that are
    missing, that are points, or that would have to be downloaded. An image that cannot be read is
    no error.
    """
    check_numbers(image_size, limit, 0, "train")
    entries = [find_domain(name) for name in names]
    size = common_size(names, entries, image_size)
    if size is None:
        raise UserError(f"{names[0]} holds 2-D points, and check looks at images")
    where = Path(data_dir).expanduser() if data_dir else None
    for name, entry in zip(names, entries, strict=True):
        _check_presence(name, entry, where)
    opened = [_opened(names, entries, where, size, limit, split) for split in ("train", "test")]
    with progress(sum(len(images) for part in opened for images, *_ in part), "check",
                  "images") as bar:
        trains, held = ([_split(*one, size, bar) for one in part] for part in opened)
    return size, [Checked(title(names, k), train, test, repeats(list(train.looks.values())),
                          found_in(list(test.looks.values()), list(train.looks.values())),
                          getattr(train.images, "fit", None) is crop_square, entry.pruned)
                  for k, (entry, train, test) in enumerate(zip(entries, trains, held,
                                                               strict=True))]


def shared(domains: Sequence[Checked]) -> dict[tuple[int, int], Matches]:
    """Which training images of a domain are in another too: by the numbers of both, the first
    before the second, the matches of the second's in the first."""
    return {(k, j): found_in(list(domains[j].train.looks.values()),
                             list(domains[k].train.looks.values()))
            for k, j in combinations(range(len(domains)), 2)}


def _check_presence(name: str, entry: Entry, where: Path | None) -> None:
    is_here = entry.source.is_here(where)
    if name.startswith(TFDS_PREFIX):
        name = name.removeprefix(TFDS_PREFIX).partition("/")[0]
        is_here = records.is_here(name, where)
    if not is_here:
        raise UserError(f"{name} is not here, and check downloads nothing; say where it lies by "
                        "--data_dir")


def _opened(names: Sequence[str], entries: Sequence[Entry], where: Path | None, size: int,
            limit: int, split: str) -> list[tuple[ImageFiles | np.ndarray, int, str]]:
    """Of each domain the images to look at, how many there are, and why there are none."""
    in_no_file = [k for k, entry in enumerate(entries) if entry.transform is not decode_if_small]
    loaded = iter(load([names[k] for k in in_no_file], where, size, limit, split=split,
                       keep=lambda name, domain: np.arange(len(domain))) if in_no_file else ())
    sources = [entry.source.name for entry in entries]
    found = []
    for entry in entries:
        try:
            images = entry.source.open(where, split, size, 0)[0]
        except UserError as error:
            if split == "train":
                raise
            found.append((ImageFiles([], size), 0, str(error)))
            continue
        if entry.transform is decode_if_small:
            which = np.linspace(0, len(images) - 1, min(limit, len(images))).astype(int)
            files = [images.files[i] for i in which]
            found.append((ImageFiles(files, size, images.fit), len(images), ""))
        else:
            found.append((next(loaded).images, len(images) // sources.count(entry.source.name), ""))
    return found


def _split(images: ImageFiles | np.ndarray, total: int, remark: str, size: int,
           bar: Bar) -> Split:
    looks, kinds, unreadable = {}, {}, {}

    def look(i: int) -> tuple[str, Look] | UserError:
        if isinstance(images, np.ndarray):
            return "", look_at(images[i], images[i])
        file = _Kept(images.files[i])
        try:
            image = decode(file)
        except UserError as error:
            return error
        return file.kind(), look_at(image, images.fit(image, size))

    with ThreadPoolExecutor() as pool:
        for i, found in enumerate(pool.map(look, range(len(images)))):
            if isinstance(found, UserError):
                unreadable[i] = str(found)
            else:
                kinds[i], looks[i] = found
            bar.update()
    return Split(total, images, _names(images), looks, kinds, unreadable, remark)


class _Kept:
    """An image file whose first bytes are remembered, so that it is read once."""

    def __init__(self, file: ImageFile):
        self.file, self.name, self.head = file, file.name, b""

    def __str__(self) -> str:
        return str(self.file)

    def read_bytes(self) -> bytes:
        data = self.file.read_bytes()
        self.head = data[:16]
        return data

    def kind(self) -> str:
        """The format by the first bytes, else by the ending."""
        if self.head[4:8] == FORMAT_BOX:
            return "AVIF"
        return next((kind for start, kind in KINDS if self.head.startswith(start)),
                    Path(self.name).suffix[1:].upper() or "unknown")


def _names(images: ImageFiles | np.ndarray) -> list[str]:
    """The paths of files from their common folder on; the numbers of other images."""
    if isinstance(images, np.ndarray):
        return [f"image {i}" for i in range(len(images))]
    paths = [str(file) for file in images.files]
    common = os.path.commonpath(paths) if len(paths) > 1 else os.path.dirname("".join(paths))
    return [path[len(common):].lstrip("/") for path in paths]

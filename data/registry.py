"""Every data set by name.

A source yields images; a domain is a source seen through a transform. A new data set is one
file with its reading function, one Source and one line per domain here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from data import digits, folders, toys, transforms
from data.glyph import COUNTS, Glyphs
from framework.errors import UserError, unknown
from framework.registry import Registry


@dataclass(frozen=True)
class Source:
    """Where images come from.

    `open(data_dir, split, size, seed)` returns (images, labels): images have a length and
    slices, uint8 [N, h, w(, 3)] or float32 [N, 2]; labels are int32 [N] or None.
    `is_here(data_dir)` and `count(data_dir)`, the number of training images that lie there,
    answer at once; `full_size` is the number of the published set.
    """

    name: str
    open: Callable
    origin: str
    full_size: int | None = None
    is_here: Callable = lambda data_dir: True
    count: Callable = lambda data_dir: None


@dataclass(frozen=True)
class Entry:
    """One domain: a source through a transform (None: points, taken as they are).

    Of a `pruned` one only those images stay that a classifier is sure of (data.load).
    """

    source: Source
    transform: Callable | None
    classes: int | None
    size: int | None                # native height and width in pixels
    description: str
    pruned: bool = False


class Row(NamedTuple):
    """One line of the list of data sets."""

    name: str
    size: int | None
    source: str
    here: bool
    description: str


DOMAINS: Registry = Registry("data set")


def _digits(name, full_size):
    return Source(name, lambda data_dir, split, size, seed: digits.read(name, data_dir, split),
                  f"{name}.npz or TFDS", full_size, partial(digits.is_here, name),
                  partial(digits.count, name))


def _glyphs(data_dir, split, size, seed):
    glyphs = Glyphs(size=size, seed=seed, split=split)
    return glyphs, glyphs.labels


def _toy(name):
    return Source(name, lambda data_dir, split, size, seed: toys.toy_points(name, split, seed),
                  "drawn by program", toys.POINTS["train"])


def _folder(path):
    return Source(f"folder:{path}", lambda data_dir, split, size, seed: (
        folders.read(path, split, size), None), "your images")


MNIST = _digits("mnist", 60_000)
SVHN = _digits("svhn", 73_257)
GLYPH = Source("glyph", _glyphs, "drawn by program", COUNTS["train"])
VIEWS = (                           # suffix of the name, transform, what it shows
    ("", transforms.plain, "white on black"),
    ("_edge", transforms.edge, "their outlines"),
    ("_negative", transforms.negative, "black on white"),
    ("_rotate", transforms.rotate, "turned by 90 degrees"),
    ("_street", transforms.street, "as house numbers in the manner of SVHN"),
)
for source, kind in ((GLYPH, "drawn digits"), (MNIST, "handwritten digits")):
    for suffix, transform, view in VIEWS:
        DOMAINS[source.name + suffix] = Entry(source, transform, 10, 32, f"{kind}, {view}")
DOMAINS["svhn"] = Entry(SVHN, transforms.plain, 10, 32, "digits of real house numbers")
DOMAINS["svhn_pruned"] = Entry(SVHN, transforms.plain, 10, 32,
                               "svhn without what a classifier is not sure of", pruned=True)
DOMAINS["ring"] = Entry(_toy("ring"), None, 10, None, "2-D: ten Gaussians on a circle")
DOMAINS["grid25"] = Entry(_toy("grid25"), None, 25, None, "2-D: 25 Gaussians on a grid")

CYCLEGAN = {                        # Zhu et al. 2017; images of trainA and trainB together
    "apple2orange": 995 + 1019, "horse2zebra": 1067 + 1334, "summer2winter_yosemite": 2193,
    "monet2photo": 7359, "cezanne2photo": 6812, "ukiyoe2photo": 6849, "vangogh2photo": 6687,
}
FOLDER = "folder:"


def find(name: str) -> Entry:
    """The entry of the domain `name`, which may be `folder:PATH`.

    Raises UserError with the nearest valid name.
    """
    if name.startswith(FOLDER):
        path = Path(name.removeprefix(FOLDER)).expanduser()
        return Entry(_folder(path), folders.keep, None, 64, f"images in {path}")
    return DOMAINS.find(name)


def domain_names(dataset: str, domains: str | None = None, data_dir=None) -> tuple[str, ...]:
    """The names of the domains that `--dataset` and `--domains` ask for, for data.load.

    `domains` is a list with commas and comes first. `dataset` is one domain; X2Y, where Y may
    be short for X_Y; folder:PATH, whose domain1, domain2, ... or trainA, trainB are the
    domains, else it is one; folder:A,B; or a set of CycleGAN in `data_dir`, as the folder or
    zip file NAME or as `data_dir` itself. Raises UserError with the nearest valid name.
    """
    if domains:
        names = tuple(name.strip() for name in domains.split(","))
        for name in names:
            find(name)
        return names
    if dataset.startswith(FOLDER):
        return _folder_names(dataset.removeprefix(FOLDER))
    if dataset in DOMAINS:
        return (dataset,)
    names = _registered_pair(dataset) or _pair_of_folders(dataset, data_dir)
    if names:
        return names
    if dataset in CYCLEGAN:
        raise UserError(f"{dataset} is not in --data_dir ({data_dir or 'not given'}); put "
                        f"{dataset}/ or {dataset}.zip with trainA and trainB there")
    if Path(dataset).is_dir():
        raise UserError(f"unknown data set {dataset!r}; for a folder say folder:{dataset}")
    raise unknown("data set", dataset, {*DOMAINS, *_pairs(), *CYCLEGAN})


def _registered_pair(dataset):
    for at, letter in enumerate(dataset):
        x, y = dataset[:at], dataset[at + 1:]
        if letter == "2" and x in DOMAINS:
            for other in (f"{x}_{y}", y):
                if other in DOMAINS:
                    return x, other
    return None


def _pairs():
    """The usual X2Y: each source with its own views, and MNIST with SVHN."""
    return [f"{s.name}2{suffix[1:]}" for s in (GLYPH, MNIST) for suffix, *_ in VIEWS[1:]] + [
        "mnist2svhn", "mnist2svhn_pruned"]


def _folder_names(paths):
    whole = Path(paths).expanduser()
    if "," in paths and not whole.exists():
        places = [Path(path.strip()).expanduser() for path in paths.split(",")]
        for place in places:
            folders.parts(place)
    else:
        places = folders.parts(whole)
    return tuple(f"{FOLDER}{place}" for place in places)


def _pair_of_folders(dataset, data_dir):
    here = Path(data_dir or ".").expanduser()
    if not data_dir or not here.is_dir() or "2" not in dataset or "/" in dataset:
        return None
    places = [here / dataset, here / f"{dataset}.zip", *sorted(here.glob(f"{dataset}_*.zip"))]
    other = any(here.name.startswith(name) for name in CYCLEGAN if name != dataset)
    if here.name.startswith(dataset) or (dataset in CYCLEGAN and not other):
        places.append(here)
    for place in places:
        parts = folders.parts(place) if place.exists() else ()
        if len(parts) > 1:
            return tuple(f"{FOLDER}{part}" for part in parts)
    return None


def describe(data_dir=None) -> list[Row]:
    """Every name with its number of training images, its source and whether it is here.

    The number is that of the file in `data_dir`, else that of the published set. Opens no
    image and imports no TensorFlow.
    """
    where = Path(data_dir).expanduser() if data_dir else None
    rows = [Row(name, entry.source.count(where) or entry.source.full_size, entry.source.origin,
                entry.source.is_here(where), entry.description)
            for name, entry in DOMAINS.items()]
    for pair in _pairs():
        x, y = (find(name) for name in _registered_pair(pair))
        here = x.source.is_here(where) and y.source.is_here(where)
        rows.append(Row(pair, None, x.source.origin, here, "two of the above"))
    rows += [Row(name, size, "folder or zip with trainA, trainB", _pair_is_here(name, data_dir),
                 "two domains of CycleGAN") for name, size in CYCLEGAN.items()]
    return [*rows, Row(f"{FOLDER}PATH", None, "your images", True,
                       "one domain, or as many as it has folders domain1, domain2, ...")]


def _pair_is_here(name, data_dir):
    try:
        return _pair_of_folders(name, data_dir) is not None
    except UserError:
        return False

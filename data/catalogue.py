"""Every data set by name.

A source yields images; a domain is a source seen through a transform. A new data set is one
file with its reading function, one Source and one line per domain here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from data import celeba, digits, folders, records, toys, transforms
from data.glyph import COUNTS, Glyphs
from framework.errors import UserError, unknown
from framework.registry import Registry


@dataclass(frozen=True)
class Source:
    """Where images come from.

    `open(data_dir, split, size, seed)` returns (images, labels): images have a length and
    slices, uint8 [N, h, w(, 3)] or float32 [N, 2]; labels are int32 [N] or None.
    `is_here(data_dir)` and `count(data_dir)`, the number of training images that lie there,
    answer at once; `full_size` is the number of the published set. Labels with a column for
    each of `attributes(data_dir)` are int32 [N, A] of 0 and 1.
    """

    name: str
    open: Callable
    origin: str
    full_size: int | None = None
    is_here: Callable = lambda data_dir: True
    count: Callable = lambda data_dir: None
    attributes: Callable = lambda data_dir: ()


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


DOMAINS: Registry = Registry("data set", package="data")


def _digits(name, full_size):
    return Source(name, lambda data_dir, split, size, seed: digits.read(name, data_dir, split),
                  digits.origin(name), full_size, partial(digits.is_here, name),
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


def _records(place):
    """A set of CycleGAN from TFDS; `place` is SET/trainA or SET/trainB."""
    name, part = place.split("/")

    def read(data_dir, split, size, seed):
        files = records.read(name, part.replace("train", split), data_dir)
        return folders.ImageFiles(files, size), None
    return Source(place, read, "TFDS")


def _faces(name, full_size=None):
    return Source(name, lambda data_dir, split, size, seed: celeba.read(
        name, data_dir, split, size), "celeba/ or zip, or TFDS", full_size, celeba.is_here,
        partial(celeba.count, name), celeba.attributes)


MNIST = _digits("mnist", 60_000)
SVHN = _digits("svhn", 73_257)
USPS = _digits("usps", 7_291)
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
        DOMAINS.register(source.name + suffix)(Entry(source, transform, 10, 32, f"{kind}, {view}"))
DOMAINS.register("svhn")(Entry(SVHN, transforms.plain, 10, 32, "digits of real house numbers"))
DOMAINS.register("svhn_pruned")(Entry(SVHN, transforms.plain, 10, 32,
                               "svhn without what a classifier is not sure of", pruned=True))
DOMAINS.register("usps")(Entry(USPS, transforms.plain, 10, 32, "digits of the US postal service"))
DOMAINS.register("celeba")(Entry(_faces("celeba", celeba.FULL_SIZE), folders.keep,
                          len(celeba.ATTRIBUTES), 128, "faces with attributes"))
DOMAINS.register("ring")(Entry(_toy("ring"), None, 10, None, "2-D: ten Gaussians on a circle"))
DOMAINS.register("grid25")(Entry(_toy("grid25"), None, 25, None, "2-D: 25 Gaussians on a grid"))

CYCLEGAN = {                        # Zhu et al. 2017; images of trainA and trainB together
    "apple2orange": 995 + 1019, "horse2zebra": 1067 + 1334, "summer2winter_yosemite": 2193,
    "monet2photo": 7359, "cezanne2photo": 6812, "ukiyoe2photo": 6849, "vangogh2photo": 6687,
}
FOLDER, LOCAL, RECORDS = "folder:", "cyclegan:", "tfds:"


def find(name: str) -> Entry:
    """The entry of the domain `name`, which may also be `folder:PATH`, `celeba:NAME` or
    `celeba:without_NAME`, and, of a set of CycleGAN, `cyclegan:PATH` or `tfds:SET/trainA`.

    Raises UserError with the nearest valid name.
    """
    kind, place = name[:name.find(":") + 1], name[name.find(":") + 1:]
    if kind in (FOLDER, LOCAL):
        path = Path(place).expanduser()
        return Entry(_folder(path), folders.keep, None, 64 if kind == FOLDER else 128,
                     f"images in {path}")
    if kind == RECORDS:
        return Entry(_records(place), folders.keep, None, 128, f"{place} of CycleGAN")
    if kind == celeba.PREFIX:
        return replace(DOMAINS["celeba"], source=_faces(name), description=place)
    return DOMAINS.find(name)


def domain_names(dataset: str, domains: str | None = None, data_dir=None) -> tuple[str, ...]:
    """The names of the domains that `--dataset` and `--domains` ask for, for data.load.

    `domains` is a list with commas and comes first. `dataset` is one domain; X2Y, where Y may
    be short for X_Y; folder:PATH, whose domain1, domain2, ... or trainA, trainB are the
    domains, else it is one; folder:A,B; a set of CycleGAN in `data_dir`, as the folder or zip
    file NAME or as `data_dir` itself, else from TFDS; or CelebSmiling, CelebBlond,
    CelebEyeglasses or celeba:NAME, the faces without and with an attribute. Raises UserError
    with the nearest valid name.
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
    names = (celeba.pair(dataset) or registered_pair(dataset)
             or pair_of_folders(dataset, data_dir))
    if names:
        return names
    if dataset in CYCLEGAN:
        return tuple(f"{RECORDS}{dataset}/{part}" for part in ("trainA", "trainB"))
    if Path(dataset).is_dir():
        raise UserError(f"unknown data set {dataset!r}; for a folder say folder:{dataset}")
    raise unknown("data set", dataset, {*DOMAINS, *pairs(), *CYCLEGAN, *celeba.SETS})


def registered_pair(dataset: str) -> tuple[str, str] | None:
    """The two registered domains of X2Y, where Y may be short for X_Y; None if there are none."""
    for at, letter in enumerate(dataset):
        x, y = dataset[:at], dataset[at + 1:]
        if letter == "2" and x in DOMAINS:
            for other in (f"{x}_{y}", y):
                if other in DOMAINS:
                    return x, other
    return None


def pairs() -> list[str]:
    """The usual X2Y: each source with its own views, and MNIST with other sets."""
    return [f"{s.name}2{suffix[1:]}" for s in (GLYPH, MNIST) for suffix, *_ in VIEWS[1:]] + [
        "mnist2svhn", "mnist2svhn_pruned", "mnist2usps"]


def _folder_names(paths):
    whole = Path(paths).expanduser()
    if "," in paths and not whole.exists():
        places = [Path(path.strip()).expanduser() for path in paths.split(",")]
        for place in places:
            folders.parts(place)
    else:
        places = folders.parts(whole)
    return tuple(f"{FOLDER}{place}" for place in places)


def pair_of_folders(dataset: str, data_dir) -> tuple[str, ...] | None:
    """The domains that lie in `data_dir` as folders or in a zip file; None if there are none."""
    here = Path(data_dir or ".").expanduser()
    if not data_dir or not here.is_dir() or "2" not in dataset or "/" in dataset:
        return None
    places = [here / dataset, here / f"{dataset}.zip", *sorted(here.glob(f"{dataset}_*.zip"))]
    if here.name.startswith(dataset) or dataset in CYCLEGAN:
        places.append(here)
    others = tuple(name for name in CYCLEGAN if name != dataset)
    for place in places:
        parts = folders.parts(place) if place.exists() else ()
        if len(parts) > 1 and not parts[0].parent.name.startswith(others):
            kind = LOCAL if dataset in CYCLEGAN else FOLDER
            return tuple(f"{kind}{part}" for part in parts)
    return None

"""Every data set by name.

A source yields images; a domain is a source seen through a transform. A new data set is one
file with its reading function, one Source and one line per domain here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from data import npz, toys, transforms
from data.glyph import COUNTS, Glyphs
from framework.errors import UserError, unknown
from framework.registry import Registry


@dataclass(frozen=True)
class Source:
    """Where images come from.

    `open(data_dir, split, size, seed)` returns (images, labels): images have a length and
    slices, uint8 [N, h, w(, 3)] or float32 [N, 2]; labels are int32 [N] or None.
    `here(data_dir)` tells without opening anything whether they can be had offline.
    """

    name: str
    open: Callable
    here: Callable
    count: int
    origin: str


@dataclass(frozen=True)
class Entry:
    """One domain: a source through a transform (None: points, taken as they are)."""

    source: Source
    transform: Callable | None
    classes: int | None
    size: int | None                # native height and width in pixels
    description: str


DOMAINS: Registry = Registry("data set")


def _open_glyph(data_dir, split, size, seed):
    glyphs = Glyphs(size=size, seed=seed, split=split)
    return glyphs, glyphs.labels


def _open_npz(name):
    def read(data_dir, split, size, seed):
        path = Path(data_dir or ".") / f"{name}.npz"
        if not path.is_file():
            raise UserError(f"{path} is missing")
        return npz.read(path, split)
    return read


def _here_npz(name):
    return lambda data_dir: (Path(data_dir or ".") / f"{name}.npz").is_file()


def _open_toy(name):
    return lambda data_dir, split, size, seed: toys.toy_points(name, split, seed)


def _always(data_dir):
    return True


GLYPH = Source("glyph", _open_glyph, _always, COUNTS["train"], "drawn by program")
MNIST = Source("mnist", _open_npz("mnist"), _here_npz("mnist"), 60_000, "mnist.npz")
SVHN = Source("svhn", _open_npz("svhn"), _here_npz("svhn"), 73_257, "svhn.npz")
RING, GRID25 = (Source(name, _open_toy(name), _always, 5100, "drawn by program")
                for name in ("ring", "grid25"))

VIEWS = (
    ("", transforms.plain, "white on black"),
    ("_edge", transforms.edge, "their outlines (3x3 dilation minus image)"),
    ("_negative", transforms.negative, "black on white"),
    ("_rotate", transforms.rotate, "turned by 90 degrees"),
    ("_street", transforms.street, "as house numbers in the manner of SVHN"),
)
for source, kind in ((MNIST, "handwritten digits"), (GLYPH, "drawn digits")):
    for suffix, transform, view in VIEWS:
        DOMAINS[source.name + suffix] = Entry(source, transform, 10, 32, f"{kind}, {view}")
DOMAINS["svhn"] = Entry(SVHN, transforms.plain, 10, 32, "digits of real house numbers")
DOMAINS["ring"] = Entry(RING, None, 10, None, "2-D toy: ten Gaussians on a circle")
DOMAINS["grid25"] = Entry(GRID25, None, 25, None, "2-D toy: 25 Gaussians on a grid")


def find(name: str) -> Entry:
    """The entry of the domain `name`."""
    return DOMAINS.find(name)


def domain_names(dataset: str | None, domains: str | None = None, data_dir=None):
    """The names of the domains that `--dataset` and `--domains` ask for."""
    if domains:
        names = tuple(part.strip() for part in domains.split(","))
        for name in names:
            find(name)
        return names
    if dataset in DOMAINS:
        return (dataset,)
    for at, letter in enumerate(dataset):
        x, y = dataset[:at], dataset[at + 1:]
        if letter == "2" and x in DOMAINS:
            for other in (f"{x}_{y}", y):
                if other in DOMAINS:
                    return x, other
    raise unknown("data set", dataset, DOMAINS)

"""The names of data sets: one domain, the two of X2Y, folders, faces, CycleGAN's sets."""

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from data import celeba, folders
from data.catalogue import DOMAINS, Entry
from data.sources import images
from data.sources.faces import faces_with
from data.sources.images import CYCLEGAN
from data.transforms import VIEWS
from framework.errors import UserError, unknown

FOLDER_PREFIX, LOCAL_PREFIX, TFDS_PREFIX = "folder:", "cyclegan:", "tfds:"


def find_domain(name: str) -> Entry:
    """Returns the entry of the domain `name`.

    It is a registered name, `folder:PATH`, `celeba:NAME` or `celeba:without_NAME`, or a domain of
    a CycleGAN set: `cyclegan:PATH` or `tfds:SET/trainA`. Raises UserError with the nearest valid
    name.
    """
    kind, place = name[:name.find(":") + 1], name[name.find(":") + 1:]
    if kind in (FOLDER_PREFIX, LOCAL_PREFIX):
        return images.folder_entry(Path(place).expanduser(), 64 if kind == FOLDER_PREFIX else 128)
    if kind == TFDS_PREFIX:
        return images.cyclegan_entry(place)
    if kind == celeba.PREFIX:
        return faces_with(name, place)
    return DOMAINS.find(name)


def domain_names(dataset: str, domains: str | None = None,
                 data_dir: str | Path | None = None) -> tuple[str, ...]:
    """Returns the names, for data.load, of the domains that --dataset and --domains select.

    domains: a list with commas; if it is given, `dataset` is not used. dataset: one domain; X2Y,
    where Y may be short for X_Y; folder:PATH, whose domains are domain1, domain2, ... or trainA,
    trainB in it, else PATH itself; folder:A,B; a set of CycleGAN, which is the folder or zip file
    NAME in `data_dir`, or `data_dir` itself, else from TFDS; or CelebSmiling, CelebBlond,
    CelebEyeglasses or celeba:NAME, the faces without and with an attribute. Raises UserError with
    the nearest valid name.
    """
    if domains:
        names = tuple(name.strip() for name in domains.split(","))
        for name in names:
            find_domain(name)
        return names
    if dataset.startswith(FOLDER_PREFIX):
        return _folder_names(dataset.removeprefix(FOLDER_PREFIX))
    if dataset in DOMAINS:
        return (dataset,)
    names = (celeba.attribute_pair(dataset) or registered_pair(dataset)
             or pair_of_folders(dataset, data_dir))
    if names:
        return names
    if dataset in CYCLEGAN:
        return tuple(f"{TFDS_PREFIX}{dataset}/{part}" for part in ("trainA", "trainB"))
    if Path(dataset).is_dir():
        raise UserError(f"unknown data set {dataset!r}; for a folder say folder:{dataset}")
    raise unknown("data set", dataset, {*DOMAINS, *usual_pairs(), *CYCLEGAN, *celeba.SETS})


def registered_pair(dataset: str) -> tuple[str, str] | None:
    """The two registered domains of X2Y, where Y may be short for X_Y; None if there are none."""
    for at, letter in enumerate(dataset):
        x, y = dataset[:at], dataset[at + 1:]
        if letter == "2" and x in DOMAINS:
            for other in (f"{x}_{y}", y):
                if other in DOMAINS:
                    return x, other
    return None


def usual_pairs() -> list[str]:
    """The X2Y that are listed: each source with its own views, and MNIST with other sets."""
    return [f"{name}2{suffix[1:]}" for name in ("glyph", "mnist") for suffix, *_ in VIEWS[1:]] + [
        "mnist2svhn", "mnist2svhn_pruned", "mnist2usps"]


def _folder_names(paths: str) -> tuple[str, ...]:
    whole = Path(paths).expanduser()
    if "," in paths and not whole.exists():
        places = [Path(path.strip()).expanduser() for path in paths.split(",")]
        for place in places:
            folders.domain_folders(place)
    else:
        places = folders.domain_folders(whole)
    return tuple(f"{FOLDER_PREFIX}{place}" for place in places)


def pair_of_folders(dataset: str, data_dir: str | Path | None,
                    guess: bool = True) -> tuple[str, ...] | None:
    """The domains of `dataset` that lie in `data_dir` as folders or in a zip file; None if there
    are none. guess: whether a zip file that does not say what it holds is taken for it, with a
    line, if there is no other."""
    here = Path(data_dir or ".").expanduser()
    if not data_dir or not here.is_dir() or "2" not in dataset or "/" in dataset:
        return None
    packed = folders.archives(here, dataset)
    named = [path for path in packed if _starts_like(path.stem, dataset)]
    for place in (here / dataset, *named, *[here] * (here.name.startswith(dataset)
                                                     or dataset in CYCLEGAN)):
        parts = folders.domain_folders(place) if place.exists() else ()
        if len(parts) > 1 and not _is_other_set(parts, dataset):
            return _pair(dataset, parts)
    return _pair_of_archives(dataset, [path for path in packed if path not in named], guess)


def _pair_of_archives(dataset: str, packed: list[Path], guess: bool) -> tuple[str, ...] | None:
    """The domains of `dataset` in a zip file that has another name, such as archive.zip: in a
    folder of the set's name in it or, by a guess, in the only one that names no set."""
    nameless = []
    for place in packed:
        try:
            parts = folders.domain_folders(place)
        except UserError:                       # a damaged file that may be of anything
            continue
        inside = [part.name for part in parts[0].relative_to(place).parents][:-1]
        if len(parts) < 2 or _is_other_set(parts, dataset):
            continue
        if any(_starts_like(name, dataset) for name in inside):
            return _pair(dataset, parts)
        nameless.append((place, parts))
    if not guess or len(nameless) != 1 or dataset not in CYCLEGAN:
        return None
    place, parts = nameless[0]
    _say_once(f"{place} does not say which set it holds and is taken for {dataset}")
    return _pair(dataset, parts)


@cache
def _say_once(line: str) -> None:
    print(line, file=sys.stderr)


def _pair(dataset: str, parts: Sequence[Path]) -> tuple[str, ...]:
    kind = LOCAL_PREFIX if dataset in CYCLEGAN else FOLDER_PREFIX
    return tuple(f"{kind}{part}" for part in parts)


def _starts_like(name: str, dataset: str) -> bool:
    """Whether a file or folder is called like the set, perhaps with more behind it."""
    return name == dataset or name.startswith((f"{dataset}_", f"{dataset}-", f"{dataset} ",
                                               f"{dataset}("))


def _is_other_set(parts: Sequence[Path], dataset: str) -> bool:
    """Whether the folder of the domains is called like another set of CycleGAN."""
    others = tuple(name for name in CYCLEGAN if name != dataset)
    return parts[0].parent.name.startswith(others)

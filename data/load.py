"""From the names of domains to their images."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from data.catalogue import Entry
from data.domain import Domain
from data.names import find_domain
from framework.errors import UserError

SPLITS = ("train", "test")
MIN_IMAGE_SIZE = 8              # pixels


def load(names: Sequence[str], data_dir: str | Path | None = None, image_size: int | None = None,
         limit: int | None = None, seed: int = 0, split: str = "train",
         keep: Callable[[str, Domain], np.ndarray] | None = None) -> tuple[Domain, ...]:
    """Loads the domains `names` (see data.names.domain_names), all of one height and width, RGB.

    K domains of one source divide it: the first takes the first K-th, the second the next, so
    that no image is in two domains (thesis 2.7). split: "train", or "test" for held-out data.
    limit: keeps the first images of every domain (0, None: all). image_size: replaces the native
    size (0, None), which is the largest if the domains differ. seed: of data drawn by a program.
    keep: a function of (name, Domain) to the indices of the training images that remain of a
    domain that is to be pruned; needed if there is one.
    Raises UserError for data that is missing or broken and for impossible numbers.
    """
    check_numbers(image_size, limit, seed, split)
    entries = [find_domain(name) for name in names]
    size = common_size(names, entries, image_size)
    where = Path(data_dir).expanduser() if data_dir else None
    sources = [entry.source.name for entry in entries]
    opened = {entry.source.name: entry.source for entry in entries}
    opened = {name: source.open(where, split, size, seed) for name, source in opened.items()}
    domains = []
    for k, entry in enumerate(entries):
        images, labels = opened[sources[k]]
        part = _part(len(images), sources[:k].count(sources[k]), sources.count(sources[k]),
                     limit, names[k])
        images, labels = images[part], None if labels is None else labels[part]
        if entry.transform is not None:
            images = entry.transform(images, size, (seed, k, SPLITS.index(split)))
        attributes = entry.source.attributes(where)
        domain = Domain(title(names, k), images, labels, len(attributes) or entry.classes,
                        attributes)
        if entry.pruned and split == "train":
            if keep is None:
                raise ValueError(f"{names[k]} is to be pruned, which needs `keep`")
            domain = domain.subset(keep(names[k], domain))
        domains.append(domain)
    return tuple(domains)


def check_numbers(image_size: int | None, limit: int | None, seed: int, split: str) -> None:
    """Raises UserError for the first number that is impossible, or an unknown split."""
    if split not in SPLITS:
        raise UserError(f"split must be train or test, not {split!r}")
    if limit and limit < 0:
        raise UserError(f"limit_data must not be negative, but is {limit}")
    if image_size and image_size < MIN_IMAGE_SIZE:
        raise UserError(f"image_size must be at least {MIN_IMAGE_SIZE}, not {image_size}")
    if seed < 0:
        raise UserError(f"seed must not be negative, but is {seed}")


def common_size(names: Sequence[str], entries: list[Entry], image_size: int | None) -> int | None:
    """The height and width of all images, None for points. Raises UserError where one cannot be
    had of both."""
    sizes = [entry.size for entry in entries if entry.size is not None]
    if len(sizes) == len(entries):
        return image_size or max(sizes)
    if sizes:
        raise UserError(f"2-D points and images cannot be coupled: {', '.join(names)}")
    if image_size:
        raise UserError(f"image_size means nothing to the 2-D points of {', '.join(names)}")
    return None


def _part(count: int, position: int, parts: int, limit: int | None, name: str) -> slice:
    length = count // parts
    if not length:
        raise UserError(f"{name} has {count} images, too few to share among {parts} domains")
    return slice(position * length, position * length + min(length, limit or length))


def title(names: Sequence[str], k: int) -> str:
    """A short name for domain k that no other domain has: the text after the colon, and of a path
    only its last part."""
    titles = [Path(name[name.find(":") + 1:]).name or "images" for name in names]
    return titles[k] if titles.count(titles[k]) == 1 else f"{titles[k]}_{k + 1}"

"""From the names of domains to their images."""

from pathlib import Path

from data.domain import Domain
from data.names import find_domain
from framework.errors import UserError

SPLITS = ("train", "test")
SMALLEST = 8


def load(names, data_dir=None, image_size: int | None = None, limit: int | None = None,
         seed: int = 0, split: str = "train", keep=None) -> tuple[Domain, ...]:
    """The domains `names` (see data.names.domain_names), all of one height and width, RGB.

    K domains of one source share it out: the first takes the first K-th, the second the
    next, so that no image is seen in two domains (thesis 2.7). `split="test"` is held-out
    data. `limit` keeps the first images of every domain (0, None: all). `image_size`
    overrides the native size (0, None), which is the largest if the domains differ. `seed`
    seeds what is drawn by program. `keep`, a function of (name, Domain) to indices, says what
    stays of the training images of a domain that is to be pruned.
    Raises UserError for data that is missing or broken and for impossible numbers.
    """
    _check(image_size, limit, seed, split)
    entries = [find_domain(name) for name in names]
    size = _size(names, entries, image_size)
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
        domain = Domain(_title(names, k), images, labels, len(attributes) or entry.classes,
                        attributes)
        if entry.pruned and split == "train":
            domain = domain.subset(keep(names[k], domain))
        domains.append(domain)
    return tuple(domains)


def _check(image_size, limit, seed, split):
    if split not in SPLITS:
        raise UserError(f"split must be train or test, not {split!r}")
    if limit and limit < 0:
        raise UserError(f"limit_data must not be negative, but is {limit}")
    if image_size and image_size < SMALLEST:
        raise UserError(f"image_size must be at least {SMALLEST}, not {image_size}")
    if seed < 0:
        raise UserError(f"seed must not be negative, but is {seed}")


def _size(names, entries, image_size):
    sizes = {entry.size for entry in entries}
    if None not in sizes:
        return image_size or max(sizes)
    if len(sizes) > 1:
        raise UserError(f"2-D points and images cannot be coupled: {', '.join(names)}")
    if image_size:
        raise UserError(f"image_size means nothing to the 2-D points of {', '.join(names)}")
    return None


def _part(count, position, parts, limit, name) -> slice:
    length = count // parts
    if not length:
        raise UserError(f"{name} has {count} images, too few to share among {parts} domains")
    return slice(position * length, position * length + min(length, limit or length))


def _title(names, k) -> str:
    """A short name for domain k, unlike those of the others: what follows the colon, and of a
    path only its last part."""
    titles = [Path(name[name.find(":") + 1:]).name or "images" for name in names]
    return titles[k] if titles.count(titles[k]) == 1 else f"{titles[k]}_{k + 1}"

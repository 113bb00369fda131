"""From the names of domains to their images."""

from data import registry
from data.domain import Domain
from framework.errors import UserError

SPLITS = ("train", "test")


def load(names, data_dir=None, image_size: int | None = None, limit: int | None = None,
         seed: int = 0, split: str = "train") -> tuple[Domain, ...]:
    """The domains `names`, all of one height, width and number of channels.

    K domains of one source share it out: the first takes the first K-th, the second the
    next, so that no image is seen in two domains (thesis 2.7). `split="test"` is held-out
    data. `limit` keeps the first images of every domain. `image_size` overrides the native
    size (the largest, if the domains differ). `seed` seeds what is drawn by program.
    Raises UserError for data that is missing or broken and for impossible numbers.
    """
    _check(image_size, limit, seed, split)
    entries = [registry.find(name) for name in names]
    size = image_size or _native_size(names, entries)
    sources = [entry.source for entry in entries]
    opened = {source.name: source.open(data_dir, split, size, seed) for source in set(sources)}
    domains = []
    for k, (name, entry, source) in enumerate(zip(names, entries, sources, strict=True)):
        images, labels = opened[source.name]
        part = _part(len(images), sources[:k].count(source), sources.count(source), limit, name)
        images = images[part]
        if entry.transform is not None:
            images = entry.transform(images, size, (seed, k, SPLITS.index(split)))
        labels = None if labels is None else labels[part]
        domains.append(Domain(name, images, labels, entry.classes))
    return tuple(domains)


def _check(image_size, limit, seed, split):
    if split not in SPLITS:
        raise UserError(f"split must be train or test, not {split!r}")
    if limit is not None and limit < 1:
        raise UserError(f"--limit_data must be at least 1, not {limit}")
    if image_size is not None and image_size < 8:
        raise UserError(f"--image_size must be at least 8, not {image_size}")
    if seed < 0:
        raise UserError(f"--seed must not be negative, but is {seed}")


def _native_size(names, entries):
    sizes = {entry.size for entry in entries}
    if None in sizes and len(sizes) > 1:
        raise UserError(f"2-D points and images cannot be coupled: {', '.join(names)}")
    return None if None in sizes else max(sizes)


def _part(count, position, parts, limit, name) -> slice:
    length = count // parts
    if not length:
        raise UserError(f"{name!r} has {count} images, too few to share among {parts} domains")
    start = position * length
    return slice(start, start + min(length, limit or length))

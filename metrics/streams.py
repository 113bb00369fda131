"""The streams of images that are compared: generated ones, and the real ones of each domain.

A batch maps a stream's name to images [B, H, W, C] in [-1, 1] (or points [B, 2]). Row i of all
generated streams comes from the same latent. The real images of a domain come in random order,
a new one for each epoch. A domain has a second real stream, in which row i is another image.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from data.domain import Domain
from framework.pixels import to_unit

MAX_BATCH_BYTES, MAX_BATCH_IMAGES = 2**25, 500             # of one stream's batch

Batch = dict[str, np.ndarray]                             # rows by stream
StreamSource = Callable[[int, int], Batch]                # (start, stop) -> these rows


class ImageSequence(Protocol):
    """An array of images, or an object that decodes them from files at every access."""

    def __len__(self) -> int: ...

    def __getitem__(self, which: Any, /) -> Any: ...


class LatentSampler(Protocol):
    """The generators of a run: `inputs(count, seed)` are latents, `draw(latents)` the images of
    all `domains`, one array for each."""

    @property
    def domains(self) -> Sequence[str]: ...

    @property
    def draw(self) -> Callable[[Any], Sequence[np.ndarray]]: ...

    def inputs(self, count: int, seed: int) -> Any: ...


class Comparison(NamedTuple):
    """Two streams and the relation between them.

    kind: "pair": generated from the same latents; "pairing": the same, where each judge has a
    verdict of its own; "own": generated and real images of one domain;
    "cross": generated images of one and real images of another domain; "baseline": real images
    of two domains; "floor": real images of one domain; "folders": two folders.
    """

    kind: str
    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} | {self.right}"


def generated_stream(name: str) -> str:
    """The name of the stream of what the generator of the domain `name` draws."""
    return f"generated {name}"


def real_stream(name: str) -> str:
    """The name of the stream of the real images of the domain `name`."""
    return f"real {name}"


def other_real_stream(name: str) -> str:
    """The name of the second stream of the real images of the domain `name`."""
    return f"other real {name}"


def baseline_stream(name: str) -> str:
    """The name of the stream of what another run, the baseline, draws in the domain `name`."""
    return f"baseline {name}"


def comparisons(names: Sequence[str]) -> list[Comparison]:
    """All comparisons of the domains `names` (thesis chapter 5 and tables 3.3 to 3.8)."""
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]
    return [*(Comparison("pair", generated_stream(a), generated_stream(b)) for a, b in pairs),
            *(Comparison("own" if a == b else "cross", generated_stream(a), real_stream(b))
              for a in names for b in names),
            *(Comparison("baseline", real_stream(a), real_stream(b)) for a, b in pairs),
            *(Comparison("floor", real_stream(a), other_real_stream(a)) for a in names)]


def count_distinct(sampler_names: Sequence[str], domains: Sequence[Domain],
                   samples: int) -> dict[str, int]:
    """Counts the different images among the first `samples` of each stream."""
    counts = {generated_stream(name): samples for name in sampler_names}
    for name, domain in zip(sampler_names, domains, strict=True):
        counts[real_stream(name)] = min(samples, len(domain))
        counts[other_real_stream(name)] = min(samples, len(domain) // 2)
    return counts


class Shuffled:
    """The images of a domain in an endless random order, read by position.

    In epoch e the order is the permutation of the N images drawn from (seed, e). apart: shifts
    it by half its length, so that the first N // 2 images of both orders are disjoint.
    """

    def __init__(self, images: ImageSequence, seed: int, apart: bool = False):
        self.images, self.seed, self.shift = images, seed, len(images) // 2 if apart else 0

    def __call__(self, start: int, stop: int) -> np.ndarray:
        """Returns the images at the positions `start` to `stop` - 1, in [-1, 1]."""
        at, size = np.arange(start, stop), len(self.images)
        which = np.empty(len(at), int)
        for epoch in range(start // size, (stop - 1) // size + 1):
            order = np.random.default_rng([self.seed, epoch]).permutation(size)
            here = at // size == epoch
            which[here] = order[(at[here] + self.shift) % size]
        found = self.images[which]
        return to_unit(found) if found.dtype == np.uint8 else found


def domain_sources(names: Sequence[str], domains: Sequence[Domain],
                   seed: int) -> list[StreamSource]:
    """Returns the sources of both real streams of each domain."""
    sources = []
    for k, (name, domain) in enumerate(zip(names, domains, strict=True)):
        for stream, apart in ((real_stream(name), False), (other_real_stream(name), True)):
            sources.append(stream_source(stream, Shuffled(domain.images, 1000 * seed + k, apart)))
    return sources


def sampler_source(sampler: LatentSampler, samples: int, seed: int,
                   stream: Callable[[str], str] = generated_stream) -> StreamSource:
    """Returns a source of the images that all generators of a run draw from `samples` latents.

    seed: of the latents. All latents, some hundred bytes each, are drawn at once; images are not.
    stream: a function from a domain's name to that of its stream.
    """
    z = sampler.inputs(samples, seed)
    names = [stream(name) for name in sampler.domains]
    return lambda start, stop: dict(zip(names, sampler.draw(z[start:stop]), strict=True))


def stream_source(name: str, images: Callable[[int, int], np.ndarray]) -> StreamSource:
    """Returns a source of the single stream `name`. images: a function from (start, stop)."""
    return lambda start, stop: {name: images(start, stop)}


def batches(sources: Sequence[StreamSource], samples: int,
            shape: Sequence[int]) -> Iterator[Batch]:
    """Yields `samples` rows of all streams, batch by batch. shape: that of one image."""
    size = int(np.clip(MAX_BATCH_BYTES // (4 * np.prod(shape)), 1, MAX_BATCH_IMAGES))
    for start in range(0, samples, size):
        stop = min(start + size, samples)
        yield {name: rows for source in sources for name, rows in source(start, stop).items()}

"""What is compared, in batches: generated images, and the real ones of each domain.

A batch maps a stream's name to images [B, H, W, C] in [-1, 1] (or points [B, 2]). Row i of all
generated streams comes from one latent. The real images of a domain come in a random order,
again and again in new ones; of its second stream row i is another image of the same domain.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from framework.pixels import to_unit

MAX_BATCH_BYTES, MAX_BATCH_IMAGES = 2**25, 500             # of one stream's batch, and images in it

Source = Callable[[int, int], dict[str, np.ndarray]]      # (start, stop) -> rows by stream


class Comparison(NamedTuple):
    """Two streams and how they stand to each other.

    kind: "pair", generated for the same latents; "own", generated and real of one domain;
    "cross", of two; "baseline", real images of two domains; "floor", real images of one;
    "folders", of any two.
    """

    kind: str
    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} | {self.right}"


def generated(name: str) -> str:
    """The name of the stream that a domain's generator draws."""
    return f"generated {name}"


def real(name: str) -> str:
    """The name of the stream of a domain's real images."""
    return f"real {name}"


def others(name: str) -> str:
    """The name of the second stream of a domain's real images."""
    return f"other real {name}"


def comparisons(names: Sequence[str]) -> list[Comparison]:
    """All that is compared of the domains `names` (thesis chapter 5 and tables 3.3 to 3.8)."""
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1:]]
    return [*(Comparison("pair", generated(a), generated(b)) for a, b in pairs),
            *(Comparison("own" if a == b else "cross", generated(a), real(b))
              for a in names for b in names),
            *(Comparison("baseline", real(a), real(b)) for a, b in pairs),
            *(Comparison("floor", real(a), others(a)) for a in names)]


def count_distinct(sampler_names: Sequence[str], domains: Sequence, samples: int) -> dict[str, int]:
    """How many different images each stream has among its first `samples`."""
    found = {generated(name): samples for name in sampler_names}
    for name, domain in zip(sampler_names, domains, strict=True):
        found[real(name)] = min(samples, len(domain))
        found[others(name)] = min(samples, len(domain) // 2)
    return found


class Shuffled:
    """The images of a domain in endless random order, by position.

    Epoch e is the permutation of its N images drawn from (seed, e); `apart` shifts it by half
    its length, so that the first N // 2 images of both orders are disjoint.
    """

    def __init__(self, images: Any, seed: int, apart: bool = False):
        self.images, self.seed, self.shift = images, seed, len(images) // 2 if apart else 0

    def __call__(self, start: int, stop: int) -> np.ndarray:
        """The images at the positions from `start` up to `stop`, in [-1, 1]."""
        at, size = np.arange(start, stop), len(self.images)
        which = np.empty(len(at), int)
        for epoch in range(start // size, (stop - 1) // size + 1):
            order = np.random.default_rng([self.seed, epoch]).permutation(size)
            here = at // size == epoch
            which[here] = order[(at[here] + self.shift) % size]
        found = self.images[which]
        return to_unit(found) if found.dtype == np.uint8 else found


def domain_sources(names: Sequence[str], domains: Sequence, seed: int) -> list:
    """Sources of both real streams of each domain."""
    found = []
    for k, (name, domain) in enumerate(zip(names, domains, strict=True)):
        for stream, apart in ((real(name), False), (others(name), True)):
            found.append(stream_source(stream, Shuffled(domain.images, 1000 * seed + k, apart)))
    return found


def sampler_source(sampler: Any, samples: int, seed: int) -> Source:
    """A source of what all generators of a run draw from `samples` latents of `seed`.

    Only the latents, some hundred bytes each, are drawn all at once.
    """
    z = sampler.inputs(samples, seed)
    names = [generated(name) for name in sampler.domains]
    return lambda start, stop: dict(zip(names, sampler.draw(z[start:stop]), strict=True))


def stream_source(name: str, images: Callable[[int, int], np.ndarray]) -> Source:
    """A source of the one stream `name`; `images` is a function of (start, stop)."""
    return lambda start, stop: {name: images(start, stop)}


def batches(sources: Sequence[Source], samples: int,
            shape: Sequence[int]) -> Iterator[dict[str, np.ndarray]]:
    """`samples` rows of all streams, batch by batch; `shape` is that of one image.

    A source is a function of (start, stop) to a dict of streams.
    """
    size = int(np.clip(MAX_BATCH_BYTES // (4 * np.prod(shape)), 1, MAX_BATCH_IMAGES))
    for start in range(0, samples, size):
        stop = min(start + size, samples)
        yield {name: rows for source in sources for name, rows in source(start, stop).items()}

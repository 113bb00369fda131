"""Batches that follow from (seed, iteration) alone, so that a resumed run sees what the
unbroken run would have seen."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

import numpy as np

from data.domain import Domain
from framework.errors import UserError
from framework.lazy import Lazy

tf = Lazy("tensorflow")


class Batches:
    """`batches(i)`: for each of K domains the `steps` batches of iteration i.

    Domain k is read as an endless row of epochs; epoch e is the permutation of its N images
    drawn from np.random.default_rng([seed, k, e]). Batch b = iteration * steps + step takes
    the positions [b * batch_size, (b + 1) * batch_size) of that row.
    Raises UserError if a batch is empty or larger than a domain.
    """

    def __init__(self, domains: tuple[Domain, ...], batch_size: int, steps: int = 1,
                 seed: int = 0):
        if batch_size < 1 or steps < 1:
            raise UserError("batch_size and steps must be at least 1")
        for domain in domains:
            if len(domain) < batch_size:
                raise UserError(f"{domain.name!r} has {len(domain)} images, fewer than one "
                                f"batch of {batch_size}; lower --batch_size")
        self.domains, self.shape, self.seed = tuple(domains), (steps, batch_size), seed
        self._permutation = lru_cache(maxsize=2 * len(domains))(self._draw)

    def __call__(self, iteration: int) -> tuple[np.ndarray, ...]:
        """K arrays [steps, B, H, W, C] uint8 (toys: [steps, B, 2] float32); of images that are
        `data.resident.OnDevice` tensors there."""
        return tuple(self._in_steps(d.images[self.indices(k, iteration)])
                     for k, d in enumerate(self.domains))

    def labels(self, iteration: int) -> tuple[np.ndarray | None, ...]:
        """K arrays [steps, B], of attributes [steps, B, A], of labels of the same images; None
        for a domain without."""
        return tuple(None if d.labels is None
                     else self._in_steps(d.labels[self.indices(k, iteration)])
                     for k, d in enumerate(self.domains))

    def indices(self, k: int, iteration: int) -> np.ndarray:
        """Which images of domain k make up the iteration: int64 [steps * B]."""
        size, count = len(self.domains[k]), self.shape[0] * self.shape[1]
        first, last = iteration * count, (iteration + 1) * count - 1
        epochs = range(first // size, last // size + 1)
        row = np.concatenate([self._permutation(k, epoch) for epoch in epochs])
        return row[first - epochs.start * size:][:count]

    def _in_steps(self, rows):
        """Rows [steps * B, ...] as [steps, B, ...], where they are: on the host or a device."""
        shape = self.shape + tuple(rows.shape[1:])
        return rows.reshape(shape) if isinstance(rows, np.ndarray) else tf.reshape(rows, shape)

    def _draw(self, k, epoch):
        return np.random.default_rng([self.seed, k, epoch]).permutation(len(self.domains[k]))


def prefetched(batches: Callable[[int], Any], start: int, stop: int,
               ahead: int = 2) -> Generator[Any, None, None]:
    """Yields batches(start), ..., batches(stop - 1), `ahead` of them computed in advance.

    They are computed one after the other in a thread; what it raises is raised here, and
    closing the generator ends the thread.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="prefetch")
    try:
        coming = deque(pool.submit(batches, i) for i in range(start, min(start + ahead, stop)))
        for i in range(start, stop):
            batch = coming.popleft().result()
            if i + ahead < stop:
                coming.append(pool.submit(batches, i + ahead))
            yield batch
    finally:
        pool.shutdown(cancel_futures=True)

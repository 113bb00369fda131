"""Batches that depend on (seed, iteration) alone, so that a resumed run sees the same batches as
an unbroken run."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import numpy as np

from data.domain import Domain
from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor

tf = Lazy("tensorflow")
Batch = TypeVar("Batch")


class Batches:
    """`batches(i)` returns the `steps` batches of iteration i for each of K domains.

    Each domain k is an endless sequence of epochs; epoch e is the permutation of its N images
    drawn from np.random.default_rng([seed, k, e]). Batch b = iteration * steps + step takes
    the positions [b * batch_size, (b + 1) * batch_size) of that sequence.
    Raises UserError if a batch is empty or larger than a domain.
    """

    def __init__(self, domains: Sequence[Domain], batch_size: int, steps: int = 1,
                 seed: int = 0):
        if batch_size < 1 or steps < 1:
            raise UserError("batch_size and steps must be at least 1")
        for domain in domains:
            if len(domain) < batch_size:
                raise UserError(f"{domain.name!r} has {len(domain)} images, fewer than one "
                                f"batch of {batch_size}; lower --batch_size")
        self.domains, self.shape, self.seed = tuple(domains), (steps, batch_size), seed
        self._permutation = lru_cache(maxsize=2 * len(domains))(self._draw)

    def __call__(self, iteration: int) -> tuple[Tensor, ...]:
        """Returns K arrays [steps, B, H, W, C] uint8 (toys: [steps, B, 2] float32).

        Images that are `data.resident.OnDevice` give tensors on that device.
        """
        return tuple(self._in_steps(d.images[self.indices(k, iteration)])
                     for k, d in enumerate(self.domains))

    def labels(self, iteration: int) -> tuple[np.ndarray | None, ...]:
        """Returns the labels of the same images: K arrays [steps, B], or [steps, B, A] for
        attributes; None for a domain without labels."""
        return tuple(None if d.labels is None
                     else self._in_steps(d.labels[self.indices(k, iteration)])
                     for k, d in enumerate(self.domains))

    def indices(self, k: int, iteration: int) -> np.ndarray:
        """Returns the indices of the images of domain k in this iteration: int64 [steps * B]."""
        size, count = len(self.domains[k]), self.shape[0] * self.shape[1]
        first, last = iteration * count, (iteration + 1) * count - 1
        epochs = range(first // size, last // size + 1)
        row = np.concatenate([self._permutation(k, epoch) for epoch in epochs])
        return row[first - epochs.start * size:][:count]

    def _in_steps(self, rows: Tensor) -> Tensor:
        """Reshapes rows [steps * B, ...] to [steps, B, ...], on the host or the device."""
        shape = self.shape + tuple(rows.shape[1:])
        return rows.reshape(shape) if isinstance(rows, np.ndarray) else tf.reshape(rows, shape)

    def _draw(self, k: int, epoch: int) -> np.ndarray:
        return np.random.default_rng([self.seed, k, epoch]).permutation(len(self.domains[k]))


def prefetch(batches: Callable[[int], Batch], start: int, stop: int,
             ahead: int = 2) -> Generator[Batch, None, None]:
    """Yields batches(start), ..., batches(stop - 1), and computes `ahead` of them in advance.

    One thread computes them one after the other. Its exceptions are raised here; closing the
    generator ends the thread.
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

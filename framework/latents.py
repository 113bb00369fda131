"""Latent vectors, and the streams of random numbers that they are drawn from."""

from enum import IntEnum

from framework.random import Random
from framework.tensors import Tensor


class Stream(IntEnum):
    """The stream of each use, beside the iterations 0, 1, ... of training."""

    SAMPLES = 0         # of `sample`, `walk`, `evaluate`: with a seed of their own
    SAMPLE_GRID = -1    # the pictures of a run
    MONITOR = -2        # what is measured while training


DISTRIBUTIONS = {
    "uniform": lambda random, shape: random.uniform(shape, -1.0, 1.0),
    "normal": lambda random, shape: random.normal(shape),
}


def latents(distribution: str, count: int, latent_dim: int, seed: int, stream: Stream) -> Tensor:
    """z [count, latent_dim], float32, uniform in [-1, 1] or standard normal."""
    return DISTRIBUTIONS[distribution](Random(seed, int(stream)), [count, latent_dim])

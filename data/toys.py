"""2-D toys for counting modes: mixtures of equal, round Gaussians."""

from collections.abc import Callable

import numpy as np

from framework.errors import UserError

POINTS = {"train": 5100, "test": 5100}


def _ring() -> np.ndarray:
    angle = 2 * np.pi * np.arange(10) / 10
    return np.stack([np.cos(angle), np.sin(angle)], -1)


def _grid25() -> np.ndarray:
    axis = np.arange(-2, 3) * 2 / 2.828
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)


# name: (centres, standard deviation)
TOYS: dict[str, tuple[Callable[[], np.ndarray], float]] = {
    "ring": (_ring, 0.05),      # thesis figure 2.9 gives neither; radius 1 and sd 0.05 here
    "grid25": (_grid25, 0.05 / 2.828),      # Gulrajani et al. 2017, gan_toy
}


def toy_centers(name: str) -> np.ndarray:
    """The centres of the modes of toy `name`, float32 [M, 2]; M is 10 or 25.

    `ring` lies on the unit circle; `grid25` spans [-1.4144, 1.4144] in steps of 0.7072.
    """
    return _toy(name)[0]().astype(np.float32)


def toy_sd(name: str) -> float:
    """The standard deviation of each mode of toy `name`, the same along both axes."""
    return _toy(name)[1]


def toy_points(name: str, split: str = "train", seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draws 5100 points float32 [N, 2], equally many of each mode, and returns also the mode of
    each, int32 [N]."""
    centers, sd = toy_centers(name), toy_sd(name)
    rng = np.random.default_rng([seed, sorted(POINTS).index(split)])
    modes = rng.permutation(np.arange(POINTS[split], dtype=np.int32) % len(centers))
    noise = rng.standard_normal((len(modes), 2), np.float32)
    return centers[modes] + np.float32(sd) * noise, modes


def _toy(name: str) -> tuple[Callable[[], np.ndarray], float]:
    if name not in TOYS:
        raise UserError(f"{name!r} is no toy with known modes; toys are {', '.join(TOYS)}")
    return TOYS[name]

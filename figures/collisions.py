"""Whether a distribution on N things is uniform, told from samples (document 002)."""

import numpy as np


def collisions(samples: np.ndarray, things: int) -> np.ndarray:
    """The number of pairs i < j with x[i] == x[j], [R], in each row of samples [R, T], whole
    numbers from 0 to `things` - 1."""
    rows = np.arange(len(samples))[:, None] * things
    counts = np.bincount((samples + rows).ravel(), minlength=len(samples) * things)
    counts = counts.reshape(len(samples), things)
    return (counts * (counts - 1) // 2).sum(1)


def collision_rate(samples: np.ndarray, things: int) -> np.ndarray:
    """The share of pairs that collide, [R], an unbiased estimate of sum p(x)^2. 0 for fewer than
    two samples, which have no pairs."""
    count = samples.shape[1]
    return collisions(samples, things) / max(1, count * (count - 1) // 2)


def uniform_samples(things: int, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Samples of the uniform distribution."""
    return rng.integers(things, size=shape)


def far_by_l1(things: int, distance: float, shape: tuple[int, int],
              rng: np.random.Generator) -> np.ndarray:
    """Samples of p = (1 + 2 e) / N on even things and (1 - 2 e) / N on odd ones, whose statistical
    distance from uniform is e = `distance` <= 1/2, and whose sum p^2 is (1 + 4 e^2) / N. N is
    even."""
    odd = rng.random(shape) < 0.5 - distance
    return 2 * rng.integers(things // 2, size=shape) + odd


def far_by_l2(things: int, distance: float, shape: tuple[int, int],
              rng: np.random.Generator) -> np.ndarray:
    """Samples that are thing 0 with probability e / sqrt(1 - 1/N), and else uniform: their
    sum (p(x) - 1/N)^2 is e^2, e = `distance`."""
    share = distance / np.sqrt(1 - 1 / things)
    found = rng.integers(things, size=shape)
    found[rng.random(shape) < share] = 0
    return found


def l1_rejects(samples: np.ndarray, things: int, distance: float) -> np.ndarray:
    """Whether each row, [R], reads as `distance` from uniform by L1: the collision rate is above
    the middle (1 + 2 e^2) / N of what both expect."""
    return collision_rate(samples, things) > (1 + 2 * distance**2) / things


def l2_rejects(samples: np.ndarray, things: int, distance: float) -> np.ndarray:
    """The same by L2, whose square is sum p^2 - 1/N: above 1/N + e^2 / 2."""
    return collision_rate(samples, things) > 1 / things + distance**2 / 2


def misses_last(samples: np.ndarray, things: int) -> np.ndarray:
    """Whether each row, [R], lacks the last thing: the best that one can look at to tell {1 .. N}
    from {1 .. N - 1}, whose Kullback-Leibler divergence is infinite."""
    return (samples != things - 1).all(1)

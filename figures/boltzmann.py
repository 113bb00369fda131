"""A restricted Boltzmann machine, p(x) = 1/Z sum_y exp(x'Ay + x'b + y'c), and how it learns
(document 002; Hinton 2002). Nothing here needs TensorFlow."""

from typing import NamedTuple

import numpy as np

MOST_HIDDEN = 20                # units whose 2^n states `log_partition` can sum


class Boltzmann(NamedTuple):
    """A [V, H], b [V] and c [H] of x in {0, 1}^V and y in {0, 1}^H, float32."""

    weights: np.ndarray
    visible: np.ndarray
    hidden: np.ndarray


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


def initial(data: np.ndarray, hidden: int, rng: np.random.Generator) -> Boltzmann:
    """Small weights (sd 0.01), and the b with which y = 0 gives each unit the mean of `data`
    [N, V]."""
    mean = np.clip(data.mean(0), 0.01, 0.99)
    weights = 0.01 * rng.standard_normal((data.shape[1], hidden), np.float32)
    return Boltzmann(weights, np.log(mean / (1 - mean)).astype(np.float32),
                     np.zeros(hidden, np.float32))


def hidden_given(machine: Boltzmann, x: np.ndarray) -> np.ndarray:
    """P(y_j = 1 | x), [N, H], of x [N, V]."""
    return sigmoid(x @ machine.weights + machine.hidden)


def visible_given(machine: Boltzmann, y: np.ndarray) -> np.ndarray:
    """P(x_i = 1 | y), [N, V], of y [N, H]."""
    return sigmoid(y @ machine.weights.T + machine.visible)


def draw_bits(probabilities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Zeros and ones, float32, of these probabilities."""
    return (rng.random(probabilities.shape, np.float32) < probabilities).astype(np.float32)


def gibbs(machine: Boltzmann, x: np.ndarray, steps: int,
          rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Walks `steps` >= 1 times from x to y given x to x given y. Returns the last x [N, V] and the
    probabilities that it was drawn with."""
    probabilities = x
    for _ in range(steps):
        probabilities = visible_given(machine, draw_bits(hidden_given(machine, x), rng))
        x = draw_bits(probabilities, rng)
    return x, probabilities


def correlations(machine: Boltzmann, x: np.ndarray) -> Boltzmann:
    """The means over x [N, V] of x y', x and y, with y's probabilities given x for y."""
    y = hidden_given(machine, x)
    return Boltzmann(x.T @ y / len(x), x.mean(0), y.mean(0))


def contrastive_divergence(machine: Boltzmann, x: np.ndarray, steps: int,
                           rng: np.random.Generator) -> Boltzmann:
    """CD-k: an estimate of the gradient of the mean log p(x). The model's correlations, which need
    Z, are replaced by those after k = `steps` walks from the data."""
    seen, walked = (correlations(machine, each)
                    for each in (x, gibbs(machine, x, steps, rng)[0]))
    return Boltzmann(*(one - other for one, other in zip(seen, walked, strict=True)))


def learned(machine: Boltzmann, gradient: Boltzmann, rate: float) -> Boltzmann:
    """The machine after a step of `rate` along the gradient."""
    return Boltzmann(*(value + np.float32(rate) * change
                       for value, change in zip(machine, gradient, strict=True)))


def log_unnormalised(machine: Boltzmann, x: np.ndarray) -> np.ndarray:
    """log sum_y exp(x'Ay + x'b + y'c), [N]: log p(x) but for log Z."""
    return x @ machine.visible + np.logaddexp(0, x @ machine.weights + machine.hidden).sum(-1)


def log_partition(machine: Boltzmann) -> float:
    """log Z by the sum over all states of y. Raises ValueError beyond MOST_HIDDEN units."""
    units = len(machine.hidden)
    if units > MOST_HIDDEN:
        raise ValueError(f"{units} hidden units have too many states")
    y = (np.arange(2**units)[:, None] >> np.arange(units)) & 1
    of_states = y @ machine.hidden + np.logaddexp(
        0, y @ machine.weights.T + machine.visible).sum(-1)
    return float(np.logaddexp.reduce(of_states))


def pseudo_log_likelihood(machine: Boltzmann, x: np.ndarray, rng: np.random.Generator) -> float:
    """The mean over x [N, V] of the sum over i of log p(x_i | all other x), in nats, estimated by
    one i of each x (Besag 1975). It needs no Z."""
    one = np.arange(len(x)), rng.integers(x.shape[1], size=len(x))
    flipped = x.copy()
    flipped[one] = 1 - flipped[one]
    odds = log_unnormalised(machine, x) - log_unnormalised(machine, flipped)
    return float(-x.shape[1] * np.logaddexp(0, -odds).mean())

"""A restricted Boltzmann machine on drawn digits: its filters, and what its chains draw."""

import numpy as np

from data.glyph import Glyphs
from figures.boltzmann import (
    Boltzmann,
    contrastive_divergence,
    draw_bits,
    gibbs,
    hidden_given,
    initial,
    learned,
    pseudo_log_likelihood,
    visible_given,
)
from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure
from framework.grid import image_grid

SIDE, HIDDEN, BATCH, RATE, DECAY = 28, 128, 100, 0.05, 1e-4
TRAINING, HELD_OUT, MEASURED = 10_000, 1000, 40         # digits, digits, times
ASKED = 10                                              # units of a digit that is measured
FILTERS, CHAINS, WALKS = 64, 12, (1, 10, 100, 1000)     # shown; WALKS: steps of the chains


def digits(count: int, split: str) -> np.ndarray:
    """Drawn digits as zeros and ones, float32 [count, SIDE * SIDE], cut at half of white."""
    return (Glyphs(count, SIDE, split=split)[:] > 127).reshape(count, -1).astype(np.float32)


def train(data: np.ndarray, held_out: np.ndarray, iterations: int, gibbs_steps: int = 1,
          hidden: int = HIDDEN, seed: int = 0) -> tuple[Boltzmann, dict[str, np.ndarray]]:
    """Learns `data` [N, V] by CD-k, k = `gibbs_steps`, in batches of BATCH. Returns the machine
    and the columns that `measure` gives, of `held_out`, at MEASURED even times."""
    machine = initial(data, hidden, np.random.default_rng([seed, 0]))
    times = set(np.linspace(0, iterations, MEASURED + 1).astype(int))
    rows = []
    for i in range(iterations + 1):
        rng = np.random.default_rng([seed, 1, i])
        if i in times:
            rows.append({"iteration": i, **measure(machine, held_out, rng)})
        x = data[rng.integers(len(data), size=BATCH)]
        gradient = contrastive_divergence(machine, x, gibbs_steps, rng)
        gradient = gradient._replace(weights=gradient.weights - DECAY * machine.weights)
        machine = learned(machine, gradient, RATE) if i < iterations else machine
    return machine, {name: np.array([row[name] for row in rows]) for name in rows[0]}


def measure(machine: Boltzmann, x: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """The mean squared difference of a unit of x [N, V] and its probability after one step to y
    and back, and the pseudo-log-likelihood of x in nats, by ASKED units of each."""
    back = visible_given(machine, draw_bits(hidden_given(machine, x), rng))
    return {"reconstruction_error": float(np.mean((x - back) ** 2)),
            "pseudo_log_likelihood": pseudo_log_likelihood(
                machine, np.repeat(x, ASKED, 0), rng)}


def chains(machine: Boltzmann, starts: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """The probabilities [N, V] of chains from `starts` [N, V] after each of WALKS steps."""
    rng, x, done, found = np.random.default_rng([seed, 2]), starts, 0, []
    for steps in WALKS:
        x, probabilities = gibbs(machine, x, steps - done, rng)
        done = steps
        found.append(probabilities)
    return found


def tiled(values: np.ndarray, columns: int) -> np.ndarray:
    """Rows of values in [-1, 1], [N, SIDE * SIDE], as one picture."""
    return image_grid([values.reshape(-1, SIDE, SIDE, 1)], columns)


def draw(iterations: int = 10_000, gibbs_steps: int = 1) -> Figure:
    """A machine of HIDDEN units learns binary digits by CD-k (document 002). Of filters, columns of
    A, those are shown that change most. The chains start at digits held out and at noise."""
    held_out = digits(HELD_OUT, "test")
    machine, columns = train(digits(TRAINING, "train"), held_out, iterations, gibbs_steps)
    canvas = Canvas(1, 3, 4.4, 4.0)
    filters = machine.weights.T
    strongest = np.argsort(-np.square(filters).sum(1))[:FILTERS]
    filters = np.clip(filters[strongest] / (3 * filters[strongest].std()), -1, 1)
    noise = (np.random.default_rng(3).random((CHAINS, SIDE**2)) < 0.5).astype(np.float32)
    starts = np.concatenate([held_out[:CHAINS], noise])
    found = [starts, *chains(machine, starts)]
    shown = np.concatenate([each[part] for part in (slice(CHAINS), slice(CHAINS, None))
                            for each in found])
    for number, (picture, title) in enumerate((
            (tiled(filters, 8), f"{FILTERS} of {HIDDEN} filters"),
            (tiled(2 * shown - 1, CHAINS), "chains from digits and from noise"))):
        canvas.panel(number, title, xticks=[]).imshow(picture)
    labels = ["start", *(f"{steps}" for steps in WALKS)] * 2
    canvas.panels[0].set_yticks([])
    canvas.panels[1].set_yticks(SIDE * (np.arange(len(labels)) + 0.5), labels)
    canvas.panels[1].set_ylabel("Gibbs steps", fontsize=8)
    panel = canvas.panel(2, f"CD-{gibbs_steps}, of {HELD_OUT} digits held out", xlabel="iteration")
    panel.plot(columns["iteration"], columns["reconstruction_error"], c=BLUE)
    panel.set_ylabel("reconstruction error", color=BLUE)
    other = panel.twinx()
    other.plot(columns["iteration"], columns["pseudo_log_likelihood"], c=ORANGE)
    other.set_ylabel("pseudo-log-likelihood (nats)", color=ORANGE)
    return Figure(canvas.picture(), columns)

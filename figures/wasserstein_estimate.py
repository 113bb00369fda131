"""The discriminator's loss while a WGAN-GP learns ten modes."""

import numpy as np

from config.resolve import resolve
from figures import modes
from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.toy import train_on_toy
from trainers.coupled import build
from trainers.domains import load_domains

CASES = {"weight 10": ("2.5-ring-wgangp",), "weight 0.1, as in `modes`": modes.CASES["WGAN-GP"]}
SMOOTHED = 50                   # iterations of a moving mean


def estimates(preset: str, *flags: str, iterations: int) -> dict[str, np.ndarray]:
    """Trains the preset with `flags`. Returns the iteration, from 1 on, the mean over a batch of
    D(real) - D(fake), which estimates the Wasserstein distance, and the penalty before its
    weight."""
    config = resolve(["--preset", preset, *flags])
    trainer = build(config, load_domains(config))
    toy = config.data.dataset
    terms = train_on_toy(trainer, toy, iterations, lambda done: None, config.training.batch_size)
    return {"iteration": np.arange(1, iterations + 1), "estimate": -terms[f"d/{toy}"],
            "penalty": terms[f"penalty/{toy}"]}


def moving_mean(values: np.ndarray, length: int = SMOOTHED) -> np.ndarray:
    """The mean of each value [N] and of the up to length - 1 before it."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - length)
    return (sums[ends] - sums[starts]) / (ends - starts)


def draw(iterations: int = 3000) -> Figure:
    """The Wasserstein estimate of the discriminator while the generator learns the ring (figure
    2.15 of the SCoGAN thesis). With the thesis's weight of 10 it swings around 0 (iterations 3000,
    width 1, seed 0); with 0.1 it rises until the discriminator has learnt, to 0.35, and falls to
    0.1."""
    found = {name: estimates(*case, iterations=iterations) for name, case in CASES.items()}
    canvas = Canvas(1, len(found), 4.2, 3.0)
    for number, (name, columns) in enumerate(found.items()):
        panel = canvas.panel(number, f"WGAN-GP, {name}", xlabel="iteration")
        panel.plot(columns["iteration"], columns["estimate"], c=BLUE, lw=0.4, alpha=0.4)
        panel.plot(columns["iteration"], moving_mean(columns["estimate"]), c=ORANGE,
                   label=f"D(real) - D(fake), mean of {SMOOTHED}")
        panel.legend(fontsize=8, frameon=False)
        panel.grid(alpha=0.2)
    return Figure(canvas.picture(), stack_parts(found))

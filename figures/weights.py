"""Whether a feature regulariser acts like weight sharing."""

import numpy as np
import tensorflow as tf

from config.resolve import resolve
from data.batches import Batches
from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure
from framework.devices import compiled
from penalties.coupling import weight_difference
from trainers.coupled import build
from trainers.domains import load_domains

# Changes to the presets of figure 4.1: drawn digits, and a width and a batch for two cores.
SMALL_RUN_FLAGS = ("--dataset", "glyph2edge", "--width", "0.125", "--batch_size", "32")
CASES = {"CoGAN": "3-mnist2edge-cogan", "SCoGAN-FR": "4.1-mnist2edge-fr"}


def weight_differences(preset: str, iterations: int, limit: int) -> np.ndarray:
    """Trains the preset; returns the weight difference of its generators after each iteration,
    [iterations + 1].

    Both start from the same weights, as in the thesis's code, whose single initialiser gives all
    layers of one shape the same numbers. limit: the images of each domain.
    """
    config = resolve(["--preset", preset, *SMALL_RUN_FLAGS, "--limit_data", str(limit)])
    domains = load_domains(config)
    trainer, batches = build(config, domains), Batches(domains, config.training.batch_size)
    one, other = trainer.generators
    other.set_weights(one.get_weights())
    step = compiled(trainer.iterate)
    found = [float(weight_difference(trainer.generators))]
    for i in range(iterations):
        step(tf.constant(np.int64(i)), batches(i))
        found.append(float(weight_difference(trainer.generators)))
    return np.array(found)


def draw(iterations: int = 500, limit: int = 5000) -> Figure:
    """The weight difference of the two generators during training: it grows much faster in SCoGAN
    with the feature regulariser than in CoGAN (figure 4.1 of the SCoGAN thesis)."""
    columns = {"iteration": np.arange(iterations + 1)} | {
        name: weight_differences(preset, iterations, limit) for name, preset in CASES.items()}
    canvas = Canvas(1, 1, 5.0, 3.4)
    panel = canvas.panel(0, "weight difference of the generators", xlabel="iteration")
    for (name, _), colour in zip(CASES.items(), (BLUE, ORANGE), strict=True):
        panel.plot(columns["iteration"], columns[name], c=colour, label=name)
    panel.legend(fontsize=8, frameon=False)
    panel.grid(alpha=0.2)
    return Figure(canvas.picture(), columns)

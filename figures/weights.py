"""Whether a feature regulariser acts like weight sharing."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from config.resolve import resolve
from data.batches import Batches
from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure
from framework.devices import compiled
from framework.errors import UserError
from penalties.coupling import weight_difference
from trainers.coupled import build
from trainers.domains import load_domains

# Changes to the presets of figure 4.1: drawn digits, and a width and a batch for two cores.
SMALL_RUN_FLAGS = ("--dataset", "glyph2edge", "--width", "0.125", "--batch_size", "32")
SMALL_RUN_IMAGES = 5000                                 # of each domain
CASES = {"CoGAN": "3-mnist2edge-cogan", "SCoGAN-FR": "4.1-mnist2edge-fr"}


def weight_differences(preset: str, flags: Sequence[str], iterations: int) -> np.ndarray:
    """Trains the preset with `flags`; returns the weight difference of its generators after each
    iteration, [iterations + 1].

    Both start from the same weights, as in the thesis's code, whose single initialiser gives all
    layers of one shape the same numbers.
    """
    config = resolve(["--preset", preset, *flags])
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


def draw(iterations: int = 0, limit: int = 0, full: bool = False, data_dir: str = "") -> Figure:
    """The weight difference of the two generators during training: it grows much faster in SCoGAN
    with the feature regulariser than in CoGAN (figure 4.1 of the SCoGAN thesis).

    iterations: 0: 500, or the thesis's 4000 if `full`. limit: images of each domain; 0:
    SMALL_RUN_IMAGES, or all if `full`. full: whether the presets train as they are, on MNIST of
    `data_dir` at full width, which takes hours on two cores. Raises UserError if MNIST cannot be
    had, and for a `data_dir` of which nothing is read.
    """
    if data_dir and not full:
        raise UserError("data_dir belongs to --full; the small setting draws its digits")
    iterations = iterations or (4000 if full else 500)
    flags = ["--data_dir", data_dir] * bool(data_dir) if full else [*SMALL_RUN_FLAGS]
    limit = limit or (0 if full else SMALL_RUN_IMAGES)
    flags += ["--limit_data", str(limit)] * bool(limit)
    columns = {"iteration": np.arange(iterations + 1)} | {
        name: weight_differences(preset, flags, iterations) for name, preset in CASES.items()}
    canvas = Canvas(1, 1, 5.0, 3.4)
    data = "MNIST2edge" if full else "drawn digits, width 1/8"
    panel = canvas.panel(0, f"weight difference of the generators, {data}", xlabel="iteration")
    for (name, _), colour in zip(CASES.items(), (BLUE, ORANGE), strict=True):
        panel.plot(columns["iteration"], columns[name], c=colour, label=name)
    panel.legend(fontsize=8, frameon=False)
    panel.grid(alpha=0.2)
    return Figure(canvas.picture(), columns)

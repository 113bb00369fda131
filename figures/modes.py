"""How many of ten Gaussians on a circle a GAN keeps, under several losses."""

import numpy as np

from config.resolve import resolve
from data.toys import toy_points
from figures.canvas import GREY, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.toy import count_modes, train_on_toy
from framework.latents import Stream, latents
from trainers.coupled import build
from trainers.domains import load_domains

TOY, SAMPLES, SNAPSHOTS = "ring", 2500, 6       # SNAPSHOTS: times in the course of training
# With the thesis's weight of 10, WGAN-GP stays blurred on points that are so close together.
CASES = {"k = 1": ("2.3-ring-k1",), "k = 5": ("2.3-ring-k5",),
         "WGAN-GP": ("2.5-ring-wgangp", "--penalty_weight", "0.1", "--lr_g", "2e-4", "--lr_d",
                     "2e-4", "--beta_1", "0.5")}


def history(preset: str, *flags: str,
            iterations: int) -> tuple[dict[str, np.ndarray], list[np.ndarray]]:
    """Trains the preset with `flags`. Returns the columns iteration, modes and quality at SNAPSHOTS
    times, and the samples [SAMPLES, 2] at each."""
    config = resolve(["--preset", preset, *flags])
    trainer = build(config, load_domains(config))
    z = latents(config.training.latent, SAMPLES, config.training.latent_dim, 99, Stream.SAMPLES)
    times = set(np.linspace(0, iterations, SNAPSHOTS).astype(int))
    rows, samples = [], []

    def take_snapshot(done):
        if done in times:
            samples.append(trainer.sample(z)[0])
            rows.append((done, *count_modes(samples[-1], TOY)))
    train_on_toy(trainer, TOY, iterations, take_snapshot, config.training.batch_size)
    return dict(zip(("iteration", "modes", "quality"), np.array(rows).T, strict=True)), samples


def draw(iterations: int = 10_000) -> Figure:
    """The modes that a GAN with one and with five critic steps keeps, and WGAN-GP (figures 2.9 to
    2.14 of the SCoGAN thesis). Five steps lose modes, but after the thesis's 2000 iterations."""
    found, canvas = {}, Canvas(len(CASES), SNAPSHOTS, 2.2, 2.3)
    data = toy_points(TOY)[0]
    for row, (name, case) in enumerate(CASES.items()):
        found[name], samples = history(*case, iterations=iterations)
        for column, points in enumerate(samples):
            at, modes, quality = (found[name][key][column] for key in found[name])
            panel = canvas.panel(
                row * SNAPSHOTS + column, f"{at:.0f}: {modes:.0f} modes, {100 * quality:.0f} %",
                aspect="equal", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), xticks=[], yticks=[],
                ylabel="" if column else name)
            panel.scatter(*data.T, s=1, c=GREY, lw=0)
            panel.scatter(*points.T, s=1, c=ORANGE, lw=0)
    return Figure(canvas.picture(), stack_parts(found))

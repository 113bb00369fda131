"""What a symmetric distance does to images: WGAN with weight clipping, and with |IPM| and IPM^2."""

import keras
import numpy as np
import tensorflow as tf

from config.resolve import resolve
from data.batches import Batches
from figures.canvas import Canvas
from figures.catalogue import Figure, stack_parts
from figures.symmetry import inverted_share
from framework.devices import compiled
from framework.grid import image_grid
from framework.latents import Stream, latents
from framework.pixels import to_unit
from trainers.coupled import build
from trainers.domains import load_domains

CASES = {"IPM (WGAN)": "wgan", "absolute": "ipm-absolute", "squared": "ipm-squared"}
# Drawn street digits and nets for two cores, where the document has CIFAR-10 and DCGAN's nets.
FLAGS = ("--gan_type", "gan", "--preset", "none", "--dataset", "glyph_street", "--generator",
         "quick", "--discriminator", "quick", "--discriminator_norm", "none", "--latent_dim", "64",
         "--batch_size", "32", "--discriminator_steps", "5", "--clip", "0.05", "--optimizer",
         "rmsprop", "--beta_2", "0.99", "--lr_g", "5e-4", "--lr_d", "5e-4")
SAMPLES, COLUMNS, EVERY = 40, 8, 10             # EVERY: iterations between two looks at the scores


def trained(loss: str, iterations: int, limit: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Trains with `loss` on `limit` images. Returns SAMPLES images [N, H, W, C] in [-1, 1], and the
    columns iteration, real and fake: E f(x) and E f(G(z)) over 500 of each."""
    config = resolve([*FLAGS, "--loss", loss, "--limit_data", str(limit)])
    domains = load_domains(config)
    keras.utils.set_random_seed(config.experiment.seed)
    trainer = build(config, domains)
    batches = Batches(domains, config.training.batch_size, config.training.discriminator_steps)
    z = latents(config.training.latent, 500, config.training.latent_dim, 9, Stream.SAMPLES)
    real = tf.constant(to_unit(domains[0].images[:500]))
    (discriminator,), step = trainer.discriminators, compiled(trainer.iterate)
    score = compiled(lambda x: tf.reduce_mean(discriminator(x, training=False)))
    rows = []
    for i in range(iterations + 1):
        if i % EVERY == 0 or i == iterations:
            rows.append((i, float(score(real)), float(score(trainer.sample(z)[0]))))
        if i < iterations:
            step(tf.constant(np.int64(i)), batches(i))
    return trainer.sample(z[:SAMPLES])[0], dict(zip(("iteration", "real", "fake"),
                                                    np.array(rows).T, strict=True))


def draw(iterations: int = 1500, limit: int = 10_000) -> Figure:
    """Samples after equal trainings with the three distances (figure 3.2 of Chen's thesis, there
    on CIFAR-10: "large dark spots" with the absolute and the squared one)."""
    canvas, found = Canvas(1, len(CASES), 4.2, 3.4), {}
    for number, (name, loss) in enumerate(CASES.items()):
        images, found[name] = trained(loss, iterations, limit)
        panel = canvas.panel(number, f"{name}: {100 * inverted_share(found[name]):.0f} % turned "
                             "round", xticks=[], yticks=[])
        panel.imshow(image_grid([images], COLUMNS))
    return Figure(canvas.picture(), stack_parts(found))

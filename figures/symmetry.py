"""Why the kernelized GAN needs its regulariser: a symmetric distance lets its critic turn its
sign round."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from data.toys import toy_points
from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.toy import small_discriminator, train_on_toy
from framework.devices import compiled
from framework.latents import Stream, latents
from framework.lazy import Lazy
from losses.adversarial import Wasserstein
from losses.ipm import SymmetricIPM
from nets.architectures import GENERATORS
from nets.build import build_generators
from trainers.gan import AdversarialTrainer
from trainers.optimizers import RMSprop

ops = Lazy("keras.ops")

# A generator of 13 units a layer never learns all of 25 Gaussians, so that the critic always finds
# a difference.
TOY, WIDTH, CLIP, LR, STEPS = "grid25", 0.1, 0.1, 5e-4, 5


CASES = {"E f(x) - E f(y)": Wasserstein(), "absolute": SymmetricIPM(1),
         "squared": SymmetricIPM(2), "absolute, with regulariser": SymmetricIPM(1, 16.0)}


def mean_scores(loss: Any, iterations: int, seed: int = 0,
                sign: int = 1) -> dict[str, np.ndarray]:
    """Trains a clipped WGAN with `loss`; returns E f(x) and E f(G(z)) after each iteration. sign:
    1, or -1 to negate the critic that `seed` draws before the training."""
    keras.utils.set_random_seed(seed)
    discriminator = small_discriminator()
    for v in discriminator.layers[-1].variables:
        v.assign(sign * v)
    trainer = AdversarialTrainer(
        [TOY], build_generators(GENERATORS["toy"], 1, 0, 10, WIDTH), [discriminator], loss=loss,
        g_optimizer=RMSprop(LR, 0.99), clip=CLIP, latent="normal",
        d_optimizer=RMSprop(LR, 0.99), discriminator_steps=STEPS, seed=seed)
    z, real = latents("normal", 500, 10, 9, Stream.SAMPLES), toy_points(TOY)[0][:500]
    read = compiled(lambda: (ops.mean(discriminator(real)),
                             ops.mean(discriminator(trainer.sample.draw(z)[0]))))
    found = []
    train_on_toy(trainer, TOY, iterations, lambda done: found.append(read()))
    of_real, of_fake = np.array(found, float).T
    return {"iteration": np.arange(len(found)), "real": of_real, "fake": of_fake}


def inverted_share(columns: Mapping[str, np.ndarray]) -> float:
    """The share of the second half of training in which the critic prefers generated points."""
    half = len(columns["real"]) // 2
    return float(np.mean(columns["real"][half:] < columns["fake"][half:]))


def draw(iterations: int = 1500) -> Figure:
    """E f(x) and E f(G(z)) while a WGAN learns 25 Gaussians: with a symmetric distance the critic
    turns its sign round repeatedly (figure 3.1 of Chen's thesis, there on CIFAR-10)."""
    found = {name: mean_scores(loss, iterations) for name, loss in CASES.items()}
    canvas = Canvas(1, 4)
    for number, (name, columns) in enumerate(found.items()):
        panel = canvas.panel(number, f"{name}: {100 * inverted_share(columns):.0f} % turned round",
                             xlabel="iteration")
        for key, label, colour in (("real", "E f(x)", BLUE), ("fake", "E f(G(z))", ORANGE)):
            panel.plot(columns["iteration"], columns[key], c=colour, lw=0.8, label=label)
        panel.legend(fontsize=8, frameon=False)
    return Figure(canvas.picture(), stack_parts(found))

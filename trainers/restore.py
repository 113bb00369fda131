"""The generators of a run as its newest checkpoint holds them."""

from pathlib import Path

import numpy as np

from framework.checkpoint import restore_part
from framework.config import load_config
from framework.devices import compiled
from framework.errors import UserError
from framework.random import LATENTS, Random
from nets.build import joint
from trainers.coupled import generators_for
from trainers.domains import described
from trainers.gan import SAMPLE_BATCH, all_variables, generate


class Sampler:
    """Draws from a run without its data; `domains` holds their names.

    Reads the averaged generators where the run keeps them. Raises UserError where the folder
    is no run of generators or has no checkpoint yet.
    """

    def __init__(self, path):
        self.config = load_config(path)
        if self.config.gan_type == "classifier":
            raise UserError(f"{path} is a classifier; it has no generators")
        domains = described(Path(path))
        self.domains = [d["name"] for d in domains]
        generators = generators_for(self.config, len(domains), tuple(domains[0]["shape"]))
        net = joint(generators)
        kept = {"averaged": net.variables} if self.config.ema else {
            "generators": all_variables(generators)}
        if not restore_part(Path(path) / "checkpoints", kept):
            raise UserError(f"{path} has no checkpoint yet; train on with --run {path}")
        self._draw = compiled(lambda z: [m["image"] for m in generate(net, z, False)])

    def latents(self, count: int, seed: int):
        """z [count, latent_dim] of the run's latent distribution."""
        draw = LATENTS[self.config.latent]
        return draw(Random(seed, 0), [count, self.config.latent_dim])

    def __call__(self, count: int, seed: int = 0) -> list[np.ndarray]:
        """K arrays [count, ...] of images in [-1, 1] (or points), row i of each from one z."""
        z = self.latents(count, seed)
        parts = [self._draw(z[i:i + SAMPLE_BATCH]) for i in range(0, count, SAMPLE_BATCH)]
        return [np.concatenate(images) for images in zip(*parts, strict=True)]

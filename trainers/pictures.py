"""What the pictures in a run's samples/ show."""

from framework.plots import enlargement, image_grid, scatter_picture
from framework.random import LATENTS, Random


def grid_latents(config, count: int):
    """The fixed latents [count, latent_dim] of every sample picture of a run."""
    return LATENTS[config.latent](Random(config.seed, -1), [count, config.latent_dim])


def sample_picture(trainer, config, domains):
    """A function without arguments that draws the trainer's sample picture now.

    Images become the thesis's grid, all rows of one domain above the matching rows of the
    next; the points of a toy set become a scatter with the data under it.
    """
    if domains[0].images.ndim == 2:
        z, data = grid_latents(config, 2000), domains[0].images
        return lambda: scatter_picture(trainer.sample(z)[0], data)
    z = grid_latents(config, config.sample_rows * config.sample_columns)
    scale = enlargement(domains[0].images.shape[1])
    return lambda: image_grid(trainer.sample(z), config.sample_columns, scale)

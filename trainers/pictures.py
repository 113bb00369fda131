"""What the pictures in a run's samples/ show."""

from framework.plots import enlargement, image_grid, scatter_picture
from framework.random import LATENTS, Random
from trainers.conditional import class_rows, told_classes


def grid_latents(config, count: int):
    """The fixed latents [count, latent_dim] of every sample picture of a run."""
    return LATENTS[config.latent](Random(config.seed, -1), [count, config.latent_dim])


def sample_picture(trainer, config, domains):
    """A function without arguments that draws the trainer's sample picture now.

    Images become the thesis's grid, all rows of one domain above the matching rows of the
    next; the points of a toy set become a scatter with the data under it. Where the generators
    are told classes, there is a row for each, of the same latents.
    """
    classes = told_classes(config, domains)
    if domains[0].images.ndim == 2:
        z, data = class_rows(grid_latents(config, 2000), classes)[::classes or 1], domains[0].images
        return lambda: scatter_picture(trainer.sample(z)[0], data)
    rows = 1 if classes else config.sample_rows
    z = class_rows(grid_latents(config, rows * config.sample_columns), classes)
    scale = enlargement(domains[0].images.shape[1])
    return lambda: image_grid(trainer.sample(z), config.sample_columns, scale)

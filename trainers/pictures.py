"""What the pictures in a run's samples/ show."""

from collections.abc import Sequence

from config.sections import Config, Section
from data.domain import Domain
from framework.grid import enlargement, image_grid
from framework.latents import Stream, latents
from framework.plots import scatter_picture
from framework.tensors import Tensor
from trainers.conditional import num_conditioning_classes, one_row_per_class
from trainers.gan import AdversarialTrainer
from trainers.kinds import Picture


def grid_latents(training: Section, count: int, seed: int) -> Tensor:
    """The fixed latents [count, latent_dim] of every sample picture of a run."""
    return latents(training.latent, count, training.latent_dim, seed, Stream.SAMPLE_GRID)


def sample_picture(trainer: AdversarialTrainer, config: Config,
                   domains: Sequence[Domain]) -> Picture:
    """A function without arguments that draws the trainer's sample picture now.

    Images become a grid, the domains' images of one latent together or all rows of a domain
    above those of the next (`--sample_layout`); the points of a toy set become a scatter with
    the data under it. Where the generators are told classes, there is a row for each, of the
    same latents.
    """
    classes = num_conditioning_classes(domains) if config.nets.conditional else 0
    training, seed = config.training, config.experiment.seed
    if domains[0].images.ndim == 2:
        z, data = grid_latents(training, 2000, seed), domains[0].images
        z = one_row_per_class(z, classes)[::classes or 1]
        return lambda: scatter_picture(trainer.sample(z)[0], data)
    rows, columns = 1 if classes else config.output.sample_rows, config.output.sample_columns
    z = one_row_per_class(grid_latents(training, rows * columns, seed), classes)
    scale = enlargement(domains[0].images.shape[1])
    names = list(trainer.domains) if len(domains) > 1 else ()
    return lambda: image_grid(trainer.sample(z), columns, scale,
                              layout=config.output.sample_layout, names=names)

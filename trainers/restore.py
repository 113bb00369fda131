"""The generators of a run as its best checkpoint holds them, where one is kept, else its newest."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from config.kinds import has
from config.resolve import load_config
from config.run import shown_checkpoint
from framework.checkpoint import restore_part
from framework.errors import UserError
from framework.grid import check_grid, enlargement, image_grid
from framework.latents import Stream, latents
from framework.plots import scatter_picture
from framework.tensors import Tensor
from nets.build import join_generators
from trainers.conditional import concat_label, every_class_in_turn, one_row_per_class
from trainers.coupled import generators_for
from trainers.domains import FILE, read_description
from trainers.image_sampler import ImageSampler
from trainers.precision import for_this_machine
from trainers.variables import all_variables


class Sampler:
    """Draws from a run without its data; `domains` holds their names, `generators` one net for
    each, `classes` the length of the code that these are told, 0 for none, `checkpoint` the
    iteration that they are of.

    truncation: factor of all latents (BigGAN's truncation, by scaling). label: the one class that
    the generators of a conditional run are told; None for all in turn.
    Reads the averaged generators where the run keeps them. Raises UserError where the folder
    is no run of generators or has no checkpoint yet, and for a label that they do not know.
    """

    def __init__(self, path: str | Path, truncation: float = 1.0, label: int | None = None):
        self.path, self.config = Path(path), for_this_machine(load_config(path))
        gan_type = self.config.experiment.gan_type
        if not has(gan_type, "generators"):
            raise UserError(f"{path} is of gan_type {gan_type}; it has no generators of latents")
        domains = read_description(Path(path))
        self.domains = [d["name"] for d in domains]
        self.image_shape = tuple(domains[0]["shape"])
        self.classes = domains[0]["classes"] if self.config.nets.conditional else 0
        if self.classes is None:
            raise UserError(f"{path} is conditional, and its {FILE} names no classes")
        if label is not None and label >= self.classes:
            raise UserError(f"class {label} is not one of the {self.classes} that {path} is told"
                            if self.classes else f"{path} is not conditional: it is told no class")
        self.truncation, self.label = truncation, label
        self.generators = generators_for(self.config, len(domains), self.image_shape,
                                         self.classes)
        net = join_generators(self.generators)
        if has(gan_type, "flow"):           # as many latents as an image has numbers
            self.config = self.config.with_options(latent_dim=net.input_shape[-1])
        kept = {"averaged": net.variables} if self.config.training.ema else {
            "generators": all_variables(self.generators)}
        folder, self.checkpoint = shown_checkpoint(path)
        if not restore_part(folder, kept):
            raise UserError(f"{path} has no checkpoint yet; train on with --run {path}")
        self.draw = ImageSampler(net)

    def latents(self, count: int, seed: int) -> Tensor:
        """z [count, latent_dim] of the run's latent distribution, truncated, without any code."""
        training = self.config.training
        return self.truncation * latents(training.latent, count, training.latent_dim, seed,
                                         Stream.SAMPLES)

    def inputs(self, count: int, seed: int) -> Tensor:
        """What `draw` takes of `count` latents: with every class in turn where the generators
        are told them, or with the one `label`."""
        z = self.latents(count, seed)
        if self.label is None:
            return every_class_in_turn(z, self.classes)
        return concat_label(z, tf.one_hot(tf.fill([count], self.label), self.classes))

    def __call__(self, count: int, seed: int = 0) -> list[np.ndarray]:
        """`draw` from `inputs`."""
        return self.draw(self.inputs(count, seed))

    def picture(self, images: list[np.ndarray], columns: int) -> np.ndarray:
        """The images of `draw` as a picture, uint8 [H, W, 3], in the run's layout."""
        if images[0].ndim == 2:
            return scatter_picture(images[0])
        return image_grid(images, columns, enlargement(images[0].shape[1]),
                          layout=self.config.output.sample_layout,
                          names=self.domains if len(images) > 1 else ())

    def grid(self, count: int, seed: int) -> tuple[list[np.ndarray], int]:
        """Images for a picture, and how many stand in a row: `count` latents in the run's usual
        rows, or as many as make `count` images of a row per class. Raises UserError for more than
        a picture holds."""
        rows = self.classes if self.label is None else 0        # a row per class, or all alike
        columns = max(1, count // rows) if rows else self.config.output.sample_columns
        if len(self.image_shape) == 3:
            check_grid(columns * rows or count, columns, self.image_shape, len(self.domains),
                       "lower --count")
        z = one_row_per_class(self.latents(columns, seed), rows) if rows else (
            self.inputs(count, seed))
        return finite(self.draw(z)), columns


def finite(images: list[np.ndarray]) -> list[np.ndarray]:
    """The images, of which every value is finite. Raises UserError where one is not."""
    if not all(np.isfinite(x).all() for x in images):
        raise UserError("the generators draw values that are not finite: their training diverged")
    return images

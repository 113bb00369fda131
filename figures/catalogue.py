"""The names of the figures, and the parts of a figure. Importing this needs no TensorFlow."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from framework.registry import Registry

# name -> what it shows. The figure called a-b is drawn by figures/a_b.py: its function `draw`
# returns a Figure and, in figures that train, takes the number of iterations. The descriptions
# are here, not beside `draw`, since those modules import TensorFlow and a list must not.
# Left out of the SCoGAN thesis, since nothing is computed in them: the drawings 2.1 (a net) and
# 2.13 (points between images), and 2.16 to 2.22, which show images of the data sets.
FIGURES = Registry("figure")
FIGURES.register(
    "activations", "sigmoid, tanh, ReLU and leaky ReLU with their slopes (SCoGAN, figure 2.2)")
FIGURES.register(
    "backpropagation", "one pass back through a chain of neurons (SCoGAN, figures 2.3 and 2.4)")
FIGURES.register(
    "convolutions", "a convolution and a transposed one, in numbers (SCoGAN, 2.5 and 2.6)")
FIGURES.register("rbm", "filters and chains of a restricted Boltzmann machine (document 002)")
FIGURES.register(
    "uniformity", "how many samples tell a distribution from the uniform one (document 002)")
FIGURES.register(
    "wasserstein-estimate", "WGAN-GP's discriminator loss on the ring (SCoGAN, figure 2.15)")
FIGURES.register(
    "symmetry", "a symmetric distance makes its critic turn round (Chen 2017, figure 3.1)")
FIGURES.register(
    "ipm", "images of WGAN and of its absolute and squared distance (Chen 2017, figure 3.2)")
FIGURES.register("contours", "critics and witnesses over 25 Gaussians (Chen 2017, figure 3.3)")
FIGURES.register(
    "dirac-distances", "DiracGAN: D_MMD, MMD-GP and D_SMMD by theta (slides of Arbel 2018)")
FIGURES.register("dirac-fields", "DiracGAN: where eight losses drive generator and critic")
FIGURES.register(
    "divergences", "Jensen-Shannon levels off, Wasserstein does not (SCoGAN, 2.7 and 2.12)")
FIGURES.register("kid", "KID of several runs while they trained (document 001): RUN RUN ...")
FIGURES.register(
    "kl", "what each order of Kullback-Leibler makes of two modes (SCoGAN, figure 2.8)")
FIGURES.register("modes", "ten modes under k = 1, k = 5 and WGAN-GP (SCoGAN, figures 2.9 to 2.14)")
FIGURES.register(
    "style-methods", "ways of style transfer by distances and costs, a table and a plot (document "
    "003, comparison to baselines): PHOTOS PAINTINGS")
FIGURES.register(
    "style-sheet", "photographs by paintings, a page for each way (Chen 2017, figure 4.13): PHOTOS "
    "PAINTINGS")
FIGURES.register(
    "swap-patches", "what style swap loses with fewer patches (Chen 2017, section 4.4.3)")
FIGURES.register(
    "swap-starts", "style swap and Gatys et al. from many starts (Chen 2017, figures 4.8 and 4.9)")
FIGURES.register(
    "swap-times", "seconds of style swap by the sizes of its images (Chen 2017, figure 4.12)")
FIGURES.register("weights", "weight difference of CoGAN and of SCoGAN-FR (SCoGAN, figure 4.1)")

# Figures of given folders, of runs or of images, which "all" leaves out.
OF_FOLDERS = ("kid", "style-methods", "style-sheet")


class Figure(NamedTuple):
    """A picture, uint8 [H, W, 3] RGB, and its numbers: columns of equal length by name. text: what
    they say, in Markdown, or empty. pages: further pictures by name."""

    picture: np.ndarray
    columns: dict[str, np.ndarray]
    text: str = ""
    pages: Mapping[str, np.ndarray] = MappingProxyType({})


def stack_parts(parts: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Joins tables with the same columns to one; a first column "part" has the table's name."""
    names = list(next(iter(parts.values())))
    lengths = {part: len(columns[names[0]]) for part, columns in parts.items()}
    return {"part": np.repeat(list(lengths), list(lengths.values())), **{
        name: np.concatenate([columns[name] for columns in parts.values()]) for name in names}}

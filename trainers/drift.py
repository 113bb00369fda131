"""Drifting models (Deng et al. 2026, arXiv 2602.04770): moment matching's heir."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from config.sections import Config, Section
from data.domain import Domain
from framework.devices import in_strategy_scope
from framework.random import Random
from framework.tensors import Tensor
from losses.drift import Drift, moments
from losses.kernels import parse_scales
from trainers.conditional import concat_label_channels
from trainers.gan import AdversarialTrainer
from trainers.generator_outputs import GeneratorOutputs
from trainers.gmmn import without_critics
from trainers.kinds import TRAINERS, Training
from trainers.perceptual import squeeze_maps, squeeze_net


class DriftTrainer(AdversarialTrainer):
    """One update of all generators, whose images drift among `data` times as many real ones.

    batch: K tensors [data, B, ...]; B images are generated. Couplings see the first B real ones.
    maps: a function of images to a list of maps [B, h, w, C] of a frozen net, or None.
    """

    def __init__(self, *args, data: int = 1, maps: Callable | None = None, **settings):
        self.data, self.maps = data, maps
        super().__init__(*args, **settings)

    def unpack_batch(self, batch: Any) -> tuple[list, list]:
        """As a single step of data * B images and labels."""
        return tf.nest.map_structure(
            lambda x: None if x is None else tf.reshape(x, [1, -1, *x.shape[2:]]),
            super().unpack_batch(batch))

    def draw_latents(self, random: Random, real: Tensor, label: Tensor | None = None) -> Tensor:
        """B latents, with the labels of the first B images."""
        return super().draw_latents(random, *self.first((real, label)))

    def generator_outputs(self, z: Tensor, real: list[Tensor],
                          random: Random) -> GeneratorOutputs:
        return super().generator_outputs(z, self.first(real), random)

    def discriminator_inputs(self, real: list[Tensor], labels: list,
                             fake: list[Tensor]) -> list[tuple]:
        told = self.first(labels[0])
        return [(name, rows, concat_label_channels(x, label), concat_label_channels(y, told))
                for name, rows, x, label, y
                in zip(self.domains, self.discriminators, real, labels, fake, strict=True)]

    def score(self, discriminator: keras.Model, images: Tensor, random: Random,
              batches: int = 1) -> list[Tensor]:
        """What samples are compared by: rows of pixels, and of the moments of the net's maps."""
        found = self.maps(images) if self.maps else []
        return [discriminator(images), *(row for each in found for row in moments(each))]

    def first(self, batches: Any) -> Any:
        """The first B of data * B rows of every tensor of a structure; None stays."""
        return tf.nest.map_structure(
            lambda x: None if x is None else x[:tf.shape(x)[0] // self.data], batches)


@TRAINERS.register("drift")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """Generators whose images drift towards their domain's data and away from each other.

    No critic and one pass of the generators per iteration. The distances are those of pixels,
    with the label's channels where nets are conditional, and those of `--drift_features`. A batch
    of B takes B x (drift_data + 1) B numbers for each tau and feature.
    """
    loss = config.loss
    kind = partial(DriftTrainer, data=loss.drift_data,
                   maps=maps_for(loss, domains[0].images.shape[1:]))
    return without_critics(config, domains, Drift(parse_scales(loss.drift_tau, "drift_tau")),
                           loss.drift_data, kind)


@in_strategy_scope
def maps_for(loss: Section, image_shape: tuple[int, ...]) -> Callable | None:
    """Images [B, H, W, C] to SqueezeNet's maps, or None where pixels alone are compared."""
    if loss.drift_features == "pixels":
        return None
    return partial(squeeze_maps, *squeeze_net(loss.drift_weights, loss.drift_resize, image_shape,
                                              "drift_features squeeze compares"))

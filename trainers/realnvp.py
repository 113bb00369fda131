"""`--gan_type realnvp`: Real NVP (Dinh, Sohl-Dickstein and Bengio 2017, arXiv 1605.08803), whose
likelihood is exact: the change of variables of document 002's slides."""

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

from config.sections import Config
from data.domain import Domain
from framework.random import Random
from framework.tensors import Tensor
from losses.flow import dequantised, log_likelihood, of_levels
from nets.flow import Flow, standardise
from trainers.coupled import flow_for
from trainers.kinds import TRAINERS, Training
from trainers.likelihood import NETS, Likelihood, likelihood_training, noisy_levels

STANDARDISED = 2000             # images that the first scales are taken from


class FlowNets:
    """A flow as a `trainers.likelihood.Likelihood`; it is told no label."""

    value = "log_likelihood"
    prepare = staticmethod(noisy_levels)

    def __init__(self, flow: Flow):
        self.flow, self.model, self.generator = flow, flow.generator, flow.generator
        self.shape = flow.encoder.input_shape[1:]
        self.levels, self.size = len(self.shape) == 3, int(np.prod(self.shape))

    def rows(self, x: Tensor, label: Tensor | None, random: Random,
             training: bool) -> dict[str, Tensor]:
        """log_likelihood, of the levels 0..255 where x are pixels, and in it the logarithm of the
        determinant of dz/dx; each [B], nats."""
        z, log_determinant = self.flow.encoder(x, training=training)
        found = log_likelihood(z, log_determinant)
        return {"log_likelihood": of_levels(found, self.size) if self.levels else found,
                "log_determinant": log_determinant}

    def loss(self, rows: dict[str, Tensor]) -> Tensor:
        """Minus the mean log-likelihood, in nats per number of an image."""
        return -tf.reduce_mean(rows["log_likelihood"]) / self.size

    def encode(self, x: Tensor, label: Tensor | None) -> Tensor:
        """The z that draws exactly x."""
        return self.flow.encoder(x, training=False)[0]

    def exported(self) -> dict[str, keras.Model]:
        return {"flow": self.flow.encoder}

    def about(self) -> str:
        """The likelihood in words."""
        return "exact, by the change of variables"


@NETS.register("realnvp")
def nets_for(config: Config, image_shape: tuple[int, ...], classes: int) -> FlowNets:
    """The flow of a run, built anew."""
    return FlowNets(flow_for(config, image_shape))


def start_for(config: Config, domain: Domain):
    """A function that sets a flow's first scales and shifts by some of the images."""
    drawn = np.random.default_rng(config.experiment.seed)
    images = domain.images[:STANDARDISED]
    x = images if images.dtype != np.uint8 else np.asarray(
        dequantised(images, drawn.random(images.shape, np.float32)))

    def begin(nets: Likelihood) -> None:
        assert isinstance(nets, FlowNets)
        standardise(nets.flow, x)
    return begin


@TRAINERS.register("realnvp")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A flow of one domain: a step along the gradient of -log p(x), in nats per number."""
    return likelihood_training(config, domains, start_for(config, domains[0]))

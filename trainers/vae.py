"""`--gan_type vae`: a variational auto-encoder (Kingma and Welling 2014, arXiv 1312.6114), as the
slides of document 002 have it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from config.sections import Config
from data.domain import Domain
from framework.random import Random
from framework.tensors import Tensor
from losses.flow import of_levels
from losses.vae import divergence, elbo, log_bernoulli, log_gaussian, reparameterised
from nets.encoder import build_gaussian_encoder
from trainers.conditional import concat_label, concat_label_channels, conditioned_shape
from trainers.coupled import generators_for
from trainers.kinds import TRAINERS, Training
from trainers.likelihood import NETS, likelihood_training, noisy_levels, plain_levels

FIRST_SIGMA = 0.2               # of a learned sigma, of pixels in [-1, 1]


class Pair(keras.Model):
    """Decoder and encoder as one model, with the logarithm of sigma."""

    def __init__(self, decoder: keras.Model, encoder: keras.Model, sigma: float):
        super().__init__(name="vae")
        self.decoder, self.encoder = decoder, encoder
        self.log_sigma = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(np.log(sigma or FIRST_SIGMA)),
            trainable=not sigma, name="log_sigma")
        self.built = True


class VariationalNets:
    """p(x|z) by a generator, with a Gaussian or a Bernoulli for every number of x, and q(z|x) by an
    encoder (a `trainers.likelihood.Likelihood`).

    sigma: of the Gaussian; 0: one number that is learned with the nets. draws: of z for each image
    (L of the slides). beta: weight of the divergence in what is minimised.
    """

    value = "elbo"

    def __init__(self, decoder: keras.Model, encoder: keras.Model, *, likelihood: str = "gaussian",
                 sigma: float = 0.0, draws: int = 1, beta: float = 1.0):
        self.model = Pair(decoder, encoder, sigma if likelihood == "gaussian" else 1.0)
        self.generator, self.encoder = decoder, encoder
        self.likelihood, self.draws, self.beta = likelihood, draws, beta
        outputs: Any = decoder.output
        self.shape = outputs["image"].shape[1:]
        self.levels = likelihood == "gaussian" and len(self.shape) == 3
        self.prepare = plain_levels if likelihood == "bernoulli" else noisy_levels

    def rows(self, x: Tensor, label: Tensor | None, random: Random,
             training: bool) -> dict[str, Tensor]:
        """elbo, and its parts: reconstruction, E_q log p(x|z), and kl; each [B], nats. Of a
        Gaussian over pixels they are of the levels 0..255."""
        mean, log_variance = self.distribution(x, label, training)
        # Each row `draws` times in turn, so that a device's rows are those of its images.
        means, log_variances, images = (
            tf.repeat(each, self.draws, 0) for each in (mean, log_variance, x))
        z = reparameterised(means, log_variances, random.normal(tf.shape(means)))
        told = None if label is None else tf.repeat(label, self.draws, 0)
        made = self.generator(concat_label(z, told), training=training)["image"]
        # E_q log p(x|z), by the mean over the draws.
        drawn = self.log_probability(images, made)
        reconstruction = tf.reduce_mean(tf.reshape(drawn, (-1, self.draws)), 1)
        # KL(q(z|x) || N(0, I)).
        kl = divergence(mean, log_variance)
        return {"elbo": elbo(reconstruction, kl), "reconstruction": reconstruction, "kl": kl}

    def log_probability(self, x: Tensor, made: Tensor) -> Tensor:
        """log p(x|z) where the decoder made `made` of z: [B], nats."""
        if self.likelihood == "bernoulli":
            return log_bernoulli(x, made)
        log_density = log_gaussian(x, made, tf.convert_to_tensor(self.model.log_sigma))
        return of_levels(log_density, int(np.prod(self.shape))) if self.levels else log_density

    def loss(self, rows: dict[str, Tensor]) -> Tensor:
        """-ELBO, with beta, in nats per number of an image."""
        bound = elbo(rows["reconstruction"], rows["kl"], self.beta)
        return -tf.reduce_mean(bound) / float(np.prod(self.shape))

    def distribution(self, x: Tensor, label: Tensor | None, training: bool) -> list[Tensor]:
        """Mean and log-variance of q(z|x), each float32 [B, latent_dim]."""
        found = self.encoder(concat_label_channels(x, label), training=training)
        return [tf.cast(each, tf.float32) for each in found]

    def encode(self, x: Tensor, label: Tensor | None) -> Tensor:
        """The mean of q(z|x)."""
        return self.distribution(x, label, False)[0]

    def exported(self) -> dict[str, keras.Model]:
        return {"encoder": self.encoder}

    def about(self) -> str:
        """The likelihood in words."""
        if self.likelihood == "bernoulli":
            return "Bernoulli of pixels as probabilities"
        kind = "learned" if self.model.log_sigma.trainable else "fixed"
        return f"Gaussian, {kind} sigma {float(np.exp(self.model.log_sigma)):.4f} of [-1, 1]"


@NETS.register("vae")
def nets_for(config: Config, image_shape: tuple[int, ...], classes: int) -> VariationalNets:
    """The nets of a run of vae, built anew: the table of its generator, and the latent encoder of
    cycle consistency with two outputs."""
    training = config.training
    (decoder,) = generators_for(config, 1, image_shape, classes)
    encoder = build_gaussian_encoder(conditioned_shape(image_shape, classes), training.latent_dim,
                                     config.nets.width, config.device.precision)
    return VariationalNets(decoder, encoder, likelihood=config.loss.vae_likelihood,
                           sigma=config.loss.vae_sigma, draws=config.loss.vae_draws,
                           beta=config.loss.vae_beta)


@TRAINERS.register("vae")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A variational auto-encoder of one domain: a step along the gradient of -ELBO."""
    return likelihood_training(config, domains)

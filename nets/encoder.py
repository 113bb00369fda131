"""The latent encoder of cycle consistency (section 4.2.2)."""

from typing import Any

import keras

from nets.architectures import Architecture
from nets.architectures.encoders import LATENT_ENCODER, TOY_ENCODER
from nets.build import build_chain


def build_encoder(image_shape: tuple[int, ...], latent_dim: int, width: float = 1.0,
                  precision: str | None = None) -> keras.Model:
    """F: images [B, H, W, C] in [-1, 1] -> recovered latents [B, latent_dim], unbounded.

    Its rows are those of the thesis's code, since the text gives none; points [B, D] get the
    hidden layers of table 2.1. One encoder serves all domains. Raises UserError for images under
    8x8.
    """
    table = LATENT_ENCODER if len(image_shape) == 3 else TOY_ENCODER
    encoder = Architecture(table, initializer="xavier")
    return build_chain(encoder, image_shape, latent_dim, width, "encoder", precision)


def build_gaussian_encoder(image_shape: tuple[int, ...], latent_dim: int, width: float = 1.0,
                           precision: str | None = None) -> keras.Model:
    """The encoder of a variational auto-encoder: images [B, H, W, C] in [-1, 1], or points, to the
    mean and the log-variance of q(z|x), each [B, latent_dim], unbounded.

    The rows of `build_encoder`, whose last has twice as many units. Raises UserError as that does.
    """
    net = build_encoder(image_shape, 2 * latent_dim, width, precision)
    found: Any = net.output
    return keras.Model(net.input, [found[:, :latent_dim], found[:, latent_dim:]], name="encoder")

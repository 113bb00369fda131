"""The colours of an image: the moments of its opponent axes, which adaptive instance norm changes.

The axes are those of Ohta et al. 1980, of length 1: light, red against blue, green against both.
Reinhard et al. 2001 transfer colours by the same two moments of three axes of their own.
"""

import keras
import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.style import moments
from nets.adain import adain, style_decoder_parts
from nets.layers import ZEROS

ops = Lazy("keras.ops")

OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], "float32")         # rows: axes of RGB
OPPONENT /= np.linalg.norm(OPPONENT, axis=1, keepdims=True)
SIZE = 2 * len(OPPONENT)        # of a palette
# Means and logarithms of deviations: what photographs and paintings have, and how far they differ.
TYPICAL = np.array([0, 0, 0, -0.35, -1.4, -2.2], "float32")
FARTHEST = 8.0                  # numbers of a code beyond this are cut: an exponential follows
SPREAD = np.array([0.6, 0.25, 0.15, 0.3, 0.6, 0.6], "float32")


def palette_of(images: Tensor) -> Tensor:
    """Means and deviations of the opponent axes, [B, 6], of images [B, H, W, 3] in [-1, 1]."""
    mean, sd = moments(ops.matmul(images, OPPONENT.T))
    return ops.concatenate([mean[:, 0, 0], sd[:, 0, 0]], -1)


def repaint(images: Tensor, palette: Tensor) -> Tensor:
    """The images [B, H, W, 3] in the colours of `palette` [B, 6]; they may leave [-1, 1]."""
    mean, sd = ops.split(palette[:, None, None], 2, -1)
    return ops.matmul(adain(ops.matmul(images, OPPONENT.T), mean, sd), OPPONENT)


def code_of(palette: Tensor) -> Tensor:
    """A palette [B, 6] as six numbers of the order of 1, of which a prior N(0, 1) is plausible."""
    mean, sd = ops.split(palette, 2, -1)
    return (ops.concatenate([mean, ops.log(sd)], -1) - TYPICAL) / SPREAD


def palette_from(code: Tensor) -> Tensor:
    """The palette [B, 6] of such numbers."""
    mean, log_sd = ops.split(ops.clip(code, -FARTHEST, FARTHEST) * SPREAD + TYPICAL, 2, -1)
    return ops.concatenate([mean, ops.exp(log_sd)], -1)


def with_palette(encoder: keras.Model) -> keras.Model:
    """A style encoder, images -> mean and log variance [B, d], in which the first six dimensions of
    the mean are the images' palettes: colours need not be learned."""
    mean, log_variance = encoder.output
    code = code_of(palette_of(encoder.input))
    mean = ops.concatenate([code, mean[:, SIZE:]], -1)
    return keras.Model(encoder.input, [mean, log_variance], name=encoder.name)


def build_repainting_decoder(latent_dim: int, width: float = 1.0, precision: str | None = None,
                             padding: str = "same", layer: str | None = None) -> keras.Model:
    """(content [B, h, w, C], photographs [B, H, W, 3], style [B, latent_dim]) -> images: the
    photographs in the palette that is the style's first six dimensions, and what
    `nets.adain.build_style_decoder` draws, which is nothing in the beginning."""
    content, style, drawn = style_decoder_parts(latent_dim, width, precision, padding, layer,
                                                ZEROS)
    photographs = keras.Input((None, None, 3), name="photographs")
    image = repaint(photographs, palette_from(style[:, :SIZE])) + drawn
    return keras.Model([content, photographs, style], image, name="decoder")

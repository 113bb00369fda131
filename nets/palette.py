"""The colours of an image: the moments of its opponent axes, which adaptive instance norm changes.

The axes are those of Ohta et al. 1980, of length 1: light, red against blue, green against both.
Reinhard et al. 2001 transfer colours by the same two moments of three axes of their own.
"""

import keras
import numpy as np
from keras import layers

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.style import moments
from nets.adain import adain, style_decoder_parts
from nets.layers import ZEROS

ops = Lazy("keras.ops")

OPPONENT = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], "float32")         # rows: axes of RGB
OPPONENT /= np.linalg.norm(OPPONENT, axis=1, keepdims=True)
PHOTOGRAPH = (0.0, 0.0, 0.0, 0.8, 0.2, 0.1)     # roughly that of a photograph, to begin from


def palette_of(images: Tensor) -> Tensor:
    """Means and deviations of the opponent axes, [B, 6], of images [B, H, W, 3] in [-1, 1]."""
    mean, sd = moments(ops.matmul(images, OPPONENT.T))
    return ops.concatenate([mean[:, 0, 0], sd[:, 0, 0]], -1)


def repaint(images: Tensor, palette: Tensor) -> Tensor:
    """The images [B, H, W, 3] in the colours of `palette` [B, 6]; they may leave [-1, 1]."""
    mean, sd = ops.split(palette[:, None, None], 2, -1)
    return ops.matmul(adain(ops.matmul(images, OPPONENT.T), mean, sd), OPPONENT)


def build_repainting_decoder(latent_dim: int, width: float = 1.0, precision: str | None = None,
                             padding: str = "same") -> keras.Model:
    """(content [B, h, w, C], photographs [B, 8h, 8w, 3], style [B, latent_dim]) -> images: the
    photographs in colours that a dense layer reads from the style, and what
    `nets.adain.build_style_decoder` draws, which is nothing in the beginning."""
    content, style, code, drawn = style_decoder_parts(latent_dim, width, precision, padding, ZEROS)
    photographs = keras.Input((None, None, 3), name="photographs")
    start = {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.02),
             "bias_initializer": keras.initializers.Constant(list(PHOTOGRAPH))}
    palette = layers.Dense(len(PHOTOGRAPH), name="palette", dtype="float32", **start)(code)
    image = repaint(photographs, palette) + drawn
    return keras.Model([content, photographs, style], image, name="decoder")

"""A style encoder that reads what a style loss compares: the moments of VGG's features.

From few paintings a convolutional encoder learns to tell these paintings apart, and little about
others; VGG's moments say of any image what its colours and strokes are. Not in the slides of
Schopohl and Fuchsgruber 2019, whose encoder is a shallow net of images.
"""

from collections.abc import Sequence
from pathlib import Path

import keras
from keras import layers

from framework.lazy import Lazy
from losses.style import moments
from nets.adain import HIDDEN_UNITS, concat_moments, distribution
from nets.palette import palette_of
from nets.vgg import VGGFeatures

ops = Lazy("keras.ops")

TYPICAL = 3.0                   # of log(1 + x) of moments of photographs
START = -4.0                    # of log variances: few styles are to be told apart at first


def build_statistics_encoder(latent_dim: int, read: Sequence[str], weights: str | Path | None,
                             net: str = "vgg19", precision: str = "float32") -> keras.Model:
    """E_s: images [B, H, W, 3] -> mean and log variance of the style, each [B, latent_dim].

    read: layers of VGG, whose moments, by log(1 + x) - 3, two dense layers read beside the palette
    of the image. VGG is never trained. Raises UserError for layers and weights that cannot be had.
    """
    vgg = VGGFeatures(read, weights, net, precision=precision)
    x = keras.Input((None, None, 3), name="x")
    statistics = [ops.log1p(concat_moments(moments(features))) - TYPICAL for features in vgg(x)]
    seen = ops.concatenate([*statistics, palette_of(x)], -1)
    for i in (1, 2):
        seen = layers.Dense(2 * HIDDEN_UNITS, "relu", name=f"read_{i}", dtype="float32")(seen)
    return keras.Model(x, distribution(seen, latent_dim, START), name="style_encoder")

"""Nets around adaptive instance normalisation: plain (Huang and Belongie 2017), and with a
variational style (Schopohl and Fuchsgruber 2019).

All are fully convolutional, of images in [-1, 1]; none bounds the image that it makes.
"""

import keras
from keras import layers, ops

from framework.errors import UserError
from losses.style import EPSILON, moments
from nets.architectures import Architecture, Row, widened
from nets.architectures.style import (
    CONTENT_ENCODER,
    DECODED,
    DECODER,
    STYLE_DECODER,
    STYLE_ENCODER,
)
from nets.build import build_convolutional
from nets.layers import Block, start_of

HIDDEN, LOG_VARIANCE = 128, 10.0


def adain(features, mean, sd, epsilon: float = EPSILON):
    """sd (x - mean(x)) / sd(x) + mean for features x [B, H, W, C]; mean, sd [B, 1, 1, C].

    sd(x) = sqrt(var + epsilon) with the biased variance over space. Float32.
    """
    own_mean, own_sd = moments(features, epsilon)
    return sd * (ops.cast(features, "float32") - own_mean) / own_sd + mean


def adaptive_instance_norm(content, style, epsilon: float = EPSILON):
    """Features `content` [B, H, W, C] with the mean and deviation of `style` [B, h, w, C], of
    any h, w with two positions or more (Huang and Belongie 2017, eq. 8)."""
    return adain(content, *moments(style, epsilon), epsilon)


def build_decoder(layer: str, precision: str | None = None) -> keras.Model:
    """g: features [B, h, w, C] of VGG-19's `layer` -> images. Raises UserError for a layer that
    has no decoder."""
    if layer not in DECODED:
        raise UserError(f"plain AdaIN decodes one of {', '.join(DECODED)}, not {layer}")
    table = Architecture(DECODER[DECODED[layer].first:], initializer="he")
    return build_convolutional(table, DECODED[layer].channels, name="decoder",
                               precision=precision)


def build_content_encoder(width: float = 1.0, precision: str | None = None) -> keras.Model:
    """E_c: images [B, H, W, 3] -> content [B, H/8, W/8, 256 width]."""
    table = Architecture(_all_widened(CONTENT_ENCODER, width), initializer="he")
    return build_convolutional(table, 3, name="content_encoder", precision=precision)


def build_style_encoder(latent_dim: int, width: float = 1.0,
                        precision: str | None = None) -> keras.Model:
    """E_s: images [B, H, W, 3] -> mean and log variance of the style, each [B, latent_dim].

    The log variance is kept within +-10.
    """
    table = Architecture(_all_widened(STYLE_ENCODER, width), initializer="he")
    trunk = build_convolutional(table, 3, name="style_encoder", precision=precision)
    pooled = layers.GlobalAveragePooling2D(dtype="float32")(trunk.output)
    mean = layers.Dense(latent_dim, name="mean", dtype="float32")(pooled)
    log_variance = layers.Dense(latent_dim, name="log_variance", dtype="float32")(pooled)
    return keras.Model(trunk.input, [mean, ops.clip(log_variance, -LOG_VARIANCE, LOG_VARIANCE)],
                       name="style_encoder")


def build_style_decoder(latent_dim: int, width: float = 1.0,
                        precision: str | None = None) -> keras.Model:
    """(content [B, h, w, C], style [B, latent_dim]) -> images [B, 8h, 8w, 3].

    Two dense layers read the style; from them each AdaIN has a dense layer of its own.
    """
    *rows, last = _all_widened(STYLE_DECODER[:-1], width) + STYLE_DECODER[-1:]
    start = start_of(Architecture((), initializer="he"), "table", None)
    x = content = keras.Input((None, None, rows[0].filters), name="content")
    code = style = keras.Input((latent_dim,), name="style")
    for i in (1, 2):
        code = layers.Dense(HIDDEN, "relu", name=f"style_{i}", dtype="float32")(code)
    for i, row in enumerate(rows, 1):
        x = _styled_row(row, f"decoder_row{i}", start, x, code, precision)
    image = Block(last, f"decoder_row{len(rows) + 1}", start, "float32")(x)
    return keras.Model([content, style], image, name="decoder")


def _styled_row(row: Row, name: str, start, x, code, precision):
    bare = row._replace(activation=None)
    if row.kind != "residual":
        return ops.relu(_styled(Block(bare, name, start, precision)(x), code, name))
    inner, outer = (Block(bare._replace(kind="conv"), f"{name}_{i}", start, precision)
                    for i in (1, 2))
    y = ops.relu(_styled(inner(x), code, f"{name}_1"))
    return x + _styled(outer(y), code, f"{name}_2")


def _styled(x, code, name: str):
    """AdaIN with what `code` asks for; nearly plain instance norm at first."""
    def asked(part):
        dense = layers.Dense(x.shape[-1], name=f"{name}_{part}", dtype="float32",
                             kernel_initializer=keras.initializers.RandomNormal(stddev=0.02))
        return dense(code)[:, None, None]
    return adain(x, asked("mean"), 1 + asked("sd"))


def _all_widened(rows, width):
    """`widened` of every row, also of the last."""
    return widened((*rows, rows[-1]), width)[:-1]

"""Nets around adaptive instance normalisation: plain (Huang and Belongie 2017), and with a
variational style (Schopohl and Fuchsgruber 2019).

All are fully convolutional. Images are in [-1, 1]; no net bounds its output image. padding: "same"
(zeros) or "reflect".
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import keras
from keras import layers

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.style import EPSILON, LEVELS, moments
from nets.architectures import Architecture, Row, replace_padding, widen
from nets.architectures.style import (
    CONTENT_ENCODER,
    DECODED,
    DECODER,
    STYLE_DECODER,
    STYLE_ENCODER,
)
from nets.build import build_convolutional
from nets.layers import Block, Initialization, choose_initialization
from nets.padding import ReflectionPad
from nets.vgg import VGGFeatures

ops = Lazy("keras.ops")

HIDDEN_UNITS = 128              # of the dense layers that read a style
MAX_LOG_VARIANCE = 10.0
MIRRORED = 8                    # pixels beyond the edges of an image that VGG reads


def adain(features: Tensor, mean: Tensor, sd: Tensor, epsilon: float = EPSILON) -> Tensor:
    """sd (x - mean(x)) / sd(x) + mean for features x [B, H, W, C]; mean, sd: [B, 1, 1, C].

    sd(x) = sqrt(var + epsilon), where var is the biased variance over space. Float32.
    """
    own_mean, own_sd = moments(features, epsilon)
    return sd * (ops.cast(features, "float32") - own_mean) / own_sd + mean


def adaptive_instance_norm(content: Tensor, style: Tensor, epsilon: float = EPSILON) -> Tensor:
    """Features `content` [B, H, W, C] with the mean and deviation of `style` [B, h, w, C], which
    has at least two positions (Huang and Belongie 2017, eq. 8)."""
    return adain(content, *moments(style, epsilon), epsilon)


def build_decoder(layer: str, precision: str | None = None, padding: str = "same",
                  norm: str | None = None) -> keras.Model:
    """g: features [B, h, w, C] of VGG-19's `layer` -> images. norm: of all rows but the last.

    Raises UserError for a layer without a decoder.
    """
    if layer not in DECODED:
        raise UserError(f"plain AdaIN decodes one of {', '.join(DECODED)}, not {layer}")
    *rows, last = replace_padding(DECODER[DECODED[layer].first:], padding)
    rows = (*(row._replace(norm=norm) for row in rows), last)
    table = Architecture(rows, initializer="he")
    return build_convolutional(table, DECODED[layer].channels, name="decoder",
                               precision=precision)


def build_content_encoder(width: float = 1.0, precision: str | None = None,
                          padding: str = "same") -> keras.Model:
    """E_c: images [B, H, W, 3] -> content [B, H/8, W/8, 256 width]."""
    rows = replace_padding(_widen_all(CONTENT_ENCODER, width), padding)
    table = Architecture(rows, initializer="he")
    return build_convolutional(table, 3, name="content_encoder", precision=precision)


def build_style_encoder(latent_dim: int, width: float = 1.0,
                        precision: str | None = None, padding: str = "same") -> keras.Model:
    """E_s: images [B, H, W, 3] -> mean and log variance of the style, each [B, latent_dim].

    The log variance is clipped to +-MAX_LOG_VARIANCE.
    """
    rows = replace_padding(_widen_all(STYLE_ENCODER, width), padding)
    table = Architecture(rows, initializer="he")
    trunk = build_convolutional(table, 3, name="style_encoder", precision=precision)
    pooled = layers.GlobalAveragePooling2D(dtype="float32")(trunk.output)
    return keras.Model(trunk.input, distribution(pooled, latent_dim), name="style_encoder")


def distribution(seen: Tensor, latent_dim: int, start: float | None = None) -> list[Tensor]:
    """Mean and log variance, each [B, latent_dim], that are linear in `seen` [B, C]. start: of all
    log variances; None: as they come of weights that start at random."""
    mean = layers.Dense(latent_dim, name="style_mean", dtype="float32")(seen)
    same: dict[str, Any] = {} if start is None else {
        "kernel_initializer": "zeros", "bias_initializer": keras.initializers.Constant(start)}
    read = layers.Dense(latent_dim, name="style_log_variance", dtype="float32", **same)
    log_variance = read(seen)
    return [mean, ops.clip(log_variance, -MAX_LOG_VARIANCE, MAX_LOG_VARIANCE)]


def concat_moments(statistics: Iterable[Tensor]) -> Tensor:
    """Mean and deviation, each [B, 1, 1, C], as one vector [B, 2 C]."""
    return ops.concatenate([x[:, 0, 0] for x in statistics], -1)


def build_vgg_encoder(layer: str, weights: str | Path | None, net: str = "vgg19",
                      precision: str = "float32") -> keras.Model:
    """E_c: images [B, H, W, 3] -> content: VGG's features of `layer` over LEVELS, never trained.

    VGG sees images mirrored at their edges: of the zeros beyond them a style that amplifies what
    is there draws a frame. Raises UserError for weights that cannot be had.
    """
    images = keras.Input((None, None, 3), name="images")
    cells = MIRRORED // DECODED[layer].multiple
    wide = ReflectionPad(MIRRORED, name="mirrored")(images)
    (features,) = VGGFeatures([layer], weights, net, precision=precision)(wide)
    inner = features[:, cells:-cells, cells:-cells] / LEVELS
    return keras.Model(images, inner, name="content_encoder")


def build_style_decoder(latent_dim: int, width: float = 1.0, precision: str | None = None,
                        padding: str = "same", layer: str | None = None) -> keras.Model:
    """(content [B, h, w, C], style [B, latent_dim]) -> images [B, 8h, 8w, 3], or [B, 4h, 4w, 3] of
    block3_conv1 (`DECODED`). layer: of VGG, whose features content is; None: a net's own.

    Two dense layers read the style. Each AdaIN has a dense layer of its own on top of them.
    """
    content, style, image = style_decoder_parts(latent_dim, width, precision, padding, layer)
    return keras.Model([content, style], image, name="decoder")


def style_decoder_parts(latent_dim: int, width: float, precision: str | None, padding: str,
                        layer: str | None = None,
                        last_start: Initialization | None = None) -> tuple[Tensor, ...]:
    """Of `build_style_decoder`: content, style, and the image, whose row has the initial weights
    `last_start`."""
    table = DECODER[DECODED[layer].first:] if layer else STYLE_DECODER
    table = _widen_all(table[:-1], width) + table[-1:]
    *rows, last = replace_padding(table, padding)
    start = choose_initialization(Architecture((), initializer="he"), "table", None)
    channels = DECODED[layer].channels if layer else rows[0].filters
    x = content = keras.Input((None, None, channels), name="content")
    code = style = keras.Input((latent_dim,), name="style")
    for i in (1, 2):
        code = layers.Dense(HIDDEN_UNITS, "relu", name=f"style_{i}", dtype="float32")(code)
    for i, row in enumerate(rows, 1):
        x = _apply_styled_row(row, f"decoder_row{i}", start, x, code, precision)
    image = Block(last, f"decoder_row{len(rows) + 1}", last_start or start, "float32")(x)
    return content, style, image


def _apply_styled_row(row: Row, name: str, start: Initialization, x: Tensor, code: Tensor,
                      precision: str | None) -> Tensor:
    bare = row._replace(activation=None)
    if row.kind != "residual":
        return ops.relu(_apply_style(Block(bare, name, start, precision)(x), code, name))
    inner, outer = (Block(bare._replace(kind="conv"), f"{name}_{i}", start, precision)
                    for i in (1, 2))
    y = ops.relu(_apply_style(inner(x), code, f"{name}_1"))
    return x + _apply_style(outer(y), code, f"{name}_2")


def _apply_style(x: Tensor, code: Tensor, name: str) -> Tensor:
    """AdaIN whose moments are linear in `code`; with the initial weights nearly instance norm."""
    def moment(part: str) -> Tensor:
        settings: dict[str, Any] = {
            "dtype": "float32",
            "kernel_initializer": keras.initializers.RandomNormal(stddev=0.02)}
        dense = layers.Dense(x.shape[-1], name=f"{name}_{part}", **settings)
        return dense(code)[:, None, None]
    return adain(x, moment("mean"), 1 + moment("sd"))


def _widen_all(rows: tuple[Row, ...], width: float) -> tuple[Row, ...]:
    """Widens every row, also the last."""
    return widen((*rows, rows[-1]), width)[:-1]

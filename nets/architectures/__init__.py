"""The tables of the documents as tuples of rows; nothing here needs Keras.

This module defines rows and tables. Every other file of this folder holds nets and registers
them; it is found because it lies here.

A row is a layer with weights, followed by its norm, activation, pooling and dropout, in this
order. `shared` and `features` count these rows. The comment beside a row is the shape of its
output at width 1. Sources: tables 2.1, 3.1, 3.2, A.1-A.4, B.1, B.2 and sections 7.4.2, 7.4.3 of
the SCoGAN thesis.
"""

from typing import Any, NamedTuple

from framework.errors import UserError
from framework.registry import Registry


class Row(NamedTuple):
    """One row of a table.

    kind: "input" (norm only), "dense", "project" (dense, then reshaped to
    `kernel` x `kernel` x `filters`), "conv", "convt" (transposed convolution), "upconv"
    (nearest resize by `stride`, then a convolution of stride 1), "residual" (two convolutions
    and the identity), "residual_up" and "residual_down" (the same without norms, larger or
    smaller by `stride`, with a 1x1 convolution in place of the identity), "preactivated_up" and
    "preactivated_down" (norm and activation before each of two convolutions, resized to the
    nearest before or averaged after them; "preactivated_first" without those of its input),
    "summed" (the sum over a space of `kernel` x `kernel`, then dense), "patches"
    (convolution, then the mean over space).
    norm: None, "batch", "layer" or "instance", or one of SPECTRAL, which normalises the weights.
    activation: None, "prelu" (initial slope 0.25), "relu", "leaky0.2", "leaky0.3" or "tanh".
    pool: size and stride of a max pooling. padding: "same", "valid" or, of a convolution of an odd
    kernel, "reflect", the image mirrored at its edges.
    """

    kind: str
    filters: int | None = None
    kernel: int | None = None
    stride: int = 1
    norm: str | None = None
    activation: str | None = None
    dropout: float = 0.0
    pool: int = 1
    padding: str = "same"


class Architecture(NamedTuple):
    """A table with its image shape, the number of rows that a CoGAN shares, and initial weights.

    shared: number of rows, counted from the front in a generator and from the back in a
    discriminator (the "Shared" column). initializer: "normal" (standard deviation `sd`), "xavier",
    "he" or "orthogonal" (gain sqrt 2). bias: initial value of every bias of a dense or
    convolutional layer. auto: whether `--generator auto` and the like choose this table among
    those of the same `image_shape`.
    """

    table: tuple[Row, ...]
    image_shape: tuple[int, ...] | None = None
    shared: int = 0
    initializer: str = "normal"
    sd: float = 0.02
    bias: float = 0.0
    auto: bool = False


# The files whose nets come first in lists, in this order.
_FIRST = ("toys", "digits", "faces", "photographs", "quick", "digits28")
GENERATORS = Registry("generator", package=__name__, first=_FIRST)
DISCRIMINATORS = Registry("discriminator", package=__name__, first=_FIRST)
CLASSIFIERS = Registry("classifier", package=__name__)

# The kinds of spectral normalisation, and whether each learns a scale.
SPECTRAL = Registry("spectral normalisation")
SPECTRAL.register("spectral", False)
SPECTRAL.register("spectral-scale", True)

# Image shapes and settings that several files use.
POINTS, DIGIT, FACE64, FACE = (2,), (32, 32, 3), (64, 64, 3), (128, 128, 3)
XAVIER: dict[str, Any] = {"initializer": "xavier"}
BATCH_PRELU: dict[str, Any] = {"norm": "batch", "activation": "prelu"}
BATCH_RELU: dict[str, Any] = {"norm": "batch", "activation": "relu"}


def architecture(registry: Registry, name: str, image_shape: tuple[int, ...]) -> Architecture:
    """The architecture called `name`; "auto" is, of those whose images have `image_shape`, the
    one that is marked `auto`, else the first.

    Raises UserError where none has, or where the one named makes other images.
    """
    fitting = [each for each in registry.values() if each.image_shape == image_shape]
    fitting.sort(key=lambda each: not each.auto)
    chosen = (fitting or [None])[0] if name == "auto" else registry.find(name)
    if chosen not in fitting:
        fits = [n for n, each in registry.items() if each.image_shape == image_shape]
        raise UserError(f"{registry.kind} {name} does not fit images of {image_shape}; "
                        + (f"these do: {', '.join(fits)}" if fits else "choose --image_size"))
    return chosen


def widen(table: tuple[Row, ...], width: float) -> tuple[Row, ...]:
    """Returns `table` with the filters of every row but the last times `width` (at least one).

    Raises UserError unless `width` is positive.
    """
    if not width > 0:
        raise UserError(f"width must be positive, not {width}")
    return tuple(
        row if row.filters is None else row._replace(filters=max(1, round(row.filters * width)))
        for row in table[:-1]
    ) + table[-1:]


def use_resize_convolutions(table: tuple[Row, ...]) -> tuple[Row, ...]:
    """Replaces every strided transposed convolution of `table` by a resize and a 3x3 convolution.

    The resize takes the nearest neighbour. This avoids checkerboard patterns (section 7.4.3;
    Odena, Dumoulin and Olah 2016).
    """
    return tuple(
        row._replace(kind="upconv", kernel=3) if row.kind == "convt" and row.stride > 1 else row
        for row in table
    )


def replace_padding(table: tuple[Row, ...], padding: str) -> tuple[Row, ...]:
    """Returns `table` with another padding, see `Row`, of the rows that keep the images' size."""
    return tuple(row._replace(padding=padding) for row in table)


def replace_norms(table: tuple[Row, ...], norm: str | None) -> tuple[Row, ...]:
    """Returns `table` with other norms: "layer" replaces batch norms by layer norms, "none"
    removes all norms, and one of SPECTRAL normalises all weights instead; None changes nothing.

    Section 2.5: a gradient penalty needs scores that do not depend on the rest of the batch.
    Raises UserError for another `norm`.
    """
    if norm in SPECTRAL:
        return tuple(r._replace(norm=None if r.kind == "input" else norm) for r in table)
    if norm not in (None, "layer", "none"):
        raise UserError("critic norm must be layer, none, spectral or spectral-scale, "
                        f"not {norm!r}")
    if norm == "layer":
        return tuple(r._replace(norm="layer") if r.norm == "batch" else r for r in table)
    return tuple(row._replace(norm=None) for row in table) if norm == "none" else table

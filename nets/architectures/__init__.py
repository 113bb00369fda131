"""The tables of the documents as tuples of rows; nothing here needs Keras.

Each file of this folder holds nets and registers them, and is found by lying here. What they
are made of is in this one.

A row is a layer with weights and what follows it, in the order norm, activation, pooling,
dropout. `shared` rows and `features` are counted in these rows. Shapes in the margin are a
row's output at width 1. Sources: tables 2.1, 3.1, 3.2, A.1-A.4, B.1, B.2 and sections
7.4.2, 7.4.3 of the SCoGAN thesis.
"""

from typing import NamedTuple

from framework.errors import UserError
from framework.registry import Registry


class Row(NamedTuple):
    """One row of a table.

    kind: "input" (norm only), "dense", "project" (dense, then reshaped to
    `kernel` x `kernel` x `filters`), "conv", "convt" (transposed convolution), "upconv"
    (nearest resize by `stride`, then a convolution of stride 1), "residual" (two convolutions
    and the identity), "patches" (convolution, then the mean over space).
    norm: None, "batch", "layer", "instance" or, of the row's own weights, one of SPECTRAL.
    activation: None, "prelu" (slope 0.25 at first), "relu", "leaky0.2", "leaky0.3" or "tanh".
    pool: max pooling of this size and stride.
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
    """A table with the image shape it is for, how many rows a CoGAN shares, and how it starts.

    shared: rows counted from the front in a generator, from the back in a discriminator (the
    "Shared" column). initializer: "normal" (standard deviation `sd`), "xavier", "he" or
    "orthogonal" (of gain sqrt 2); `bias` is the start value of every bias of a dense or
    convolutional layer. auto: whether `--generator auto` and the like take this one among those of
    one `image_shape`.
    """

    table: tuple[Row, ...]
    image_shape: tuple[int, ...] | None = None
    shared: int = 0
    initializer: str = "normal"
    sd: float = 0.02
    bias: float = 0.0
    auto: bool = False


# How the lists begin; a net in another file comes after these.
_FIRST = ("toys", "digits", "faces", "photographs", "quick", "digits28")
GENERATORS = Registry("generator", package=__name__, first=_FIRST)
DISCRIMINATORS = Registry("discriminator", package=__name__, first=_FIRST)
CLASSIFIERS = Registry("classifier", package=__name__)

# Spectral normalisation by name, and whether its scale is learned.
SPECTRAL = Registry("spectral normalisation")
SPECTRAL.register("spectral", False)
SPECTRAL.register("spectral-scale", True)

# The image shapes and the settings that several files name.
POINTS, DIGIT, FACE64, FACE = (2,), (32, 32, 3), (64, 64, 3), (128, 128, 3)
XAVIER = {"initializer": "xavier"}
BATCH_PRELU = {"norm": "batch", "activation": "prelu"}
BATCH_RELU = {"norm": "batch", "activation": "relu"}


def widened(table: tuple[Row, ...], width: float) -> tuple[Row, ...]:
    """`table` with all filters times `width` (at least one), but for the last row's.

    Raises UserError unless `width` is positive.
    """
    if not width > 0:
        raise UserError(f"width must be positive, not {width}")
    return tuple(
        row if row.filters is None else row._replace(filters=max(1, round(row.filters * width)))
        for row in table[:-1]
    ) + table[-1:]


def resized(table: tuple[Row, ...]) -> tuple[Row, ...]:
    """`table` with resize and 3x3 convolution for every strided transposed convolution.

    Nearest neighbour, against checkerboards (section 7.4.3, Odena, Dumoulin and Olah 2016).
    """
    return tuple(
        row._replace(kind="upconv", kernel=3) if row.kind == "convt" and row.stride > 1 else row
        for row in table
    )


def renormed(table: tuple[Row, ...], norm: str | None) -> tuple[Row, ...]:
    """`table` with its batch norms made layer norms (norm="layer"), with no norm ("none"), or
    with spectral normalisation of all weights instead (one of SPECTRAL).

    Section 2.5: a gradient penalty needs scores that do not depend on the rest of the batch.
    None leaves the table as it is. Raises UserError for another `norm`.
    """
    if norm in SPECTRAL:
        return tuple(r._replace(norm=None if r.kind == "input" else norm) for r in table)
    if norm not in (None, "layer", "none"):
        raise UserError("critic norm must be layer, none, spectral or spectral-scale, "
                        f"not {norm!r}")
    if norm == "layer":
        return tuple(r._replace(norm="layer") if r.norm == "batch" else r for r in table)
    return tuple(row._replace(norm=None) for row in table) if norm == "none" else table

"""The tables of the documents as tuples of rows; nothing here needs Keras.

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
    convolutional layer.
    """

    table: tuple[Row, ...]
    image_shape: tuple[int, ...] | None = None
    shared: int = 0
    initializer: str = "normal"
    sd: float = 0.02
    bias: float = 0.0


# Spectral normalisation by name, and whether its scale is learned.
SPECTRAL = {"spectral": False, "spectral-scale": True}
BATCH_PRELU = {"norm": "batch", "activation": "prelu"}

# Table 2.1. The critic's sigmoid belongs to the loss: every critic here ends in a raw score.
TOY_GENERATOR = (
    Row("dense", 128, activation="tanh"),
    Row("dense", 128, activation="tanh"),
    Row("dense", 128, activation="tanh"),
    Row("dense", 2),
)
TOY_DISCRIMINATOR = (
    Row("dense", 128, activation="tanh"),
    Row("dense", 128, activation="tanh"),
    Row("dense", 128, activation="tanh"),
    Row("dense", 1),
)

# Table 3.1. As in the thesis's code, the reshaped dense layer is normalised too and the image
# row is not: "BatchNorm yes, PReLU" as printed could not end in [-1, 1].
DIGIT_GENERATOR = (
    Row("project", 1024, 4, **BATCH_PRELU),                       # 4x4x1024
    Row("convt", 1024, 4, 1, **BATCH_PRELU),                      # 4x4x1024
    Row("convt", 512, 3, 2, **BATCH_PRELU),                       # 8x8x512
    Row("convt", 256, 3, 2, **BATCH_PRELU),                       # 16x16x256
    Row("convt", 128, 3, 2, **BATCH_PRELU),                       # 32x32x128
    Row("convt", 3, 6, 1, activation="tanh"),                     # 32x32x3
)
# What the thesis's code trains unless told otherwise: no 1024-filter transposed convolution.
DIGIT_SMALL_GENERATOR = DIGIT_GENERATOR[:1] + DIGIT_GENERATOR[2:]

# Table 3.2. No activation between convolution and pooling.
DIGIT_DISCRIMINATOR = (
    Row("conv", 20, 5, pool=2),                                   # 16x16x20
    Row("conv", 50, 5, pool=2),                                   # 8x8x50
    Row("dense", 500, activation="prelu", dropout=0.5),
    Row("dense", 1),
)

# Table A.1, whose "output shape" column shows each row's input; no batch norm on the image.
FACE_GENERATOR = (
    Row("project", 1024, 4, **BATCH_PRELU),                       # 4x4x1024
    Row("convt", 512, 4, 2, **BATCH_PRELU),                       # 8x8x512
    Row("convt", 256, 4, 2, **BATCH_PRELU),                       # 16x16x256
    Row("convt", 128, 4, 2, **BATCH_PRELU),                       # 32x32x128
    Row("convt", 64, 4, 2, **BATCH_PRELU),                        # 64x64x64
    Row("convt", 32, 4, 2, **BATCH_PRELU),                        # 128x128x32
    Row("convt", 3, 3, 1, activation="tanh"),                     # 128x128x3
)
# Table A.2
FACE_DISCRIMINATOR = (
    Row("input", norm="batch"),                                   # 128x128x3
    Row("conv", 32, 5, 2, **BATCH_PRELU),                         # 64x64x32
    Row("conv", 64, 5, 2, **BATCH_PRELU),                         # 32x32x64
    Row("conv", 128, 5, 2, **BATCH_PRELU, dropout=0.1),           # 16x16x128
    Row("conv", 256, 3, 2, **BATCH_PRELU, dropout=0.3),           # 8x8x256
    Row("conv", 512, 3, 2, **BATCH_PRELU, dropout=0.3),           # 4x4x512
    Row("conv", 1024, 3, 2, **BATCH_PRELU, dropout=0.5),          # 2x2x1024
    Row("dense", 2048, **BATCH_PRELU, dropout=0.5),
    Row("dense", 1),
)
# Table A.3
FACE256_GENERATOR = (
    Row("project", 2048, 4, **BATCH_PRELU),                       # 4x4x2048
    Row("convt", 1024, 4, 2, **BATCH_PRELU),                      # 8x8x1024
    Row("convt", 512, 4, 2, **BATCH_PRELU),                       # 16x16x512
    Row("convt", 256, 4, 2, **BATCH_PRELU),                       # 32x32x256
    Row("convt", 128, 4, 2, **BATCH_PRELU),                       # 64x64x128
    Row("convt", 64, 4, 2, **BATCH_PRELU),                        # 128x128x64
    Row("convt", 32, 4, 2, **BATCH_PRELU),                        # 256x256x32
    Row("convt", 3, 3, 1, activation="tanh"),                     # 256x256x3
)
# Table A.4 prints the rows of A.2 for a larger image.
FACE256_DISCRIMINATOR = FACE_DISCRIMINATOR

# Section 7.4.2: CycleGAN's transformer for 128x128, six residual blocks on 32x32x256 and two
# doublings. Two doublings from the latent stand where CycleGAN halves its input image. Batch
# norm, since instance norm would take each channel's amplitude out of the latent's hands.
BATCH_RELU = {"norm": "batch", "activation": "relu"}
RESIDUAL_GENERATOR = (
    Row("project", 256, 8, **BATCH_RELU),                         # 8x8x256
    Row("convt", 256, 4, 2, **BATCH_RELU),                        # 16x16x256
    Row("convt", 256, 4, 2, **BATCH_RELU),                        # 32x32x256
    *(Row("residual", 256, 3, **BATCH_RELU),) * 6,                # 32x32x256
    Row("convt", 128, 4, 2, **BATCH_RELU),                        # 64x64x128
    Row("convt", 64, 4, 2, **BATCH_RELU),                         # 128x128x64
    Row("conv", 3, 7, 1, activation="tanh"),                      # 128x128x3
)
RESIDUAL64_GENERATOR = (RESIDUAL_GENERATOR[0]._replace(kernel=4),) + RESIDUAL_GENERATOR[1:]
# CycleGAN's 70x70 patch critic; the score is the mean of the patches' scores.
RESIDUAL_DISCRIMINATOR = (
    Row("conv", 64, 4, 2, activation="leaky0.2"),                 # 64x64x64
    Row("conv", 128, 4, 2, "instance", "leaky0.2"),               # 32x32x128
    Row("conv", 256, 4, 2, "instance", "leaky0.2"),               # 16x16x256
    Row("conv", 512, 4, 1, "instance", "leaky0.2"),               # 16x16x512
    Row("patches", 1, 4),
)

# Ours, sized for two CPU cores.
QUICK_GENERATOR = (
    Row("project", 128, 4, **BATCH_RELU),                         # 4x4x128
    Row("convt", 96, 4, 2, **BATCH_RELU),                         # 8x8x96
    Row("convt", 64, 4, 2, **BATCH_RELU),                         # 16x16x64
    Row("convt", 3, 4, 2, activation="tanh"),                     # 32x32x3
)
# Batch norm lets the critic see the spread of a batch: without it and without a penalty the
# streets turned grey within 1500 iterations.
QUICK_DISCRIMINATOR = (
    Row("conv", 32, 3, 2, activation="leaky0.2"),                 # 16x16x32
    Row("conv", 64, 3, 2, "batch", "leaky0.2"),                   # 8x8x64
    Row("conv", 128, 3, 2, "batch", "leaky0.2"),                  # 4x4x128
    Row("dense", 1),
)

# Radford et al. 2016: figure 1 gives the generator; the critic's filters are those of the
# authors' code, half of the generator's in reverse. The 28x28 nets are the same idea with two
# doublings, for the original size of MNIST.
DCGAN_GENERATOR = (
    Row("project", 1024, 4, **BATCH_RELU),                        # 4x4x1024
    Row("convt", 512, 5, 2, **BATCH_RELU),                        # 8x8x512
    Row("convt", 256, 5, 2, **BATCH_RELU),                        # 16x16x256
    Row("convt", 128, 5, 2, **BATCH_RELU),                        # 32x32x128
    Row("convt", 3, 5, 2, activation="tanh"),                     # 64x64x3
)
BATCH_LEAKY = {"norm": "batch", "activation": "leaky0.2"}
DCGAN_DISCRIMINATOR = (
    Row("conv", 64, 5, 2, activation="leaky0.2"),                 # 32x32x64
    Row("conv", 128, 5, 2, **BATCH_LEAKY),                        # 16x16x128
    Row("conv", 256, 5, 2, **BATCH_LEAKY),                        # 8x8x256
    Row("conv", 512, 5, 2, **BATCH_LEAKY),                        # 4x4x512
    Row("dense", 1),
)
DCGAN28_GENERATOR = (
    Row("project", 256, 7, **BATCH_RELU),                         # 7x7x256
    Row("convt", 128, 5, 2, **BATCH_RELU),                        # 14x14x128
    Row("convt", 3, 5, 2, activation="tanh"),                     # 28x28x3
)
DCGAN28_DISCRIMINATOR = DCGAN_DISCRIMINATOR[:2] + DCGAN_DISCRIMINATOR[-1:]  # 14x14, 7x7

# Section 4.2.2 gives no table; these are the rows of the thesis's code. The last
# row has as many units as the latent.
LATENT_ENCODER = (
    Row("conv", 64, 3, 1, activation="leaky0.2"),
    Row("conv", 128, 3, 2, activation="leaky0.2"),
    Row("conv", 128, 3, 2, activation="leaky0.2"),
    Row("conv", 256, 3, 2, activation="leaky0.2", dropout=0.4),
    Row("dense"),
)
TOY_ENCODER = TOY_DISCRIMINATOR[:-1] + (Row("dense"),)

# Tables B.1 and B.2 differ in the number of classes and in what the loss makes of the logits.
# Convolutions are unpadded and pooling halves, as in the code (the tables print a doubling).
THESIS_CLASSIFIER = (
    Row("conv", 32, 3, 1, activation="leaky0.3", padding="valid"),
    Row("conv", 64, 3, 1, activation="leaky0.3", padding="valid", pool=2, dropout=0.25),
    Row("dense", 128, activation="leaky0.3", dropout=0.5),
    Row("dense"),
)
QUICK_CLASSIFIER = (
    Row("conv", 32, 5, 2, "batch", "leaky0.2"),
    Row("conv", 64, 3, 2, "batch", "leaky0.2"),
    Row("conv", 128, 3, 2, "batch", "leaky0.2", dropout=0.3),
    Row("dense"),
)

GENERATORS = Registry("generator", package="nets.architectures")
DISCRIMINATORS = Registry("discriminator", package="nets.architectures")
CLASSIFIERS = Registry("classifier", package="nets.architectures")

TOY, DIGIT, FACE, FACE256, FACE64 = (2,), (32, 32, 3), (128, 128, 3), (256, 256, 3), (64, 64, 3)
DIGIT28 = (28, 28, 3)
XAVIER = {"initializer": "xavier"}

# Digits start from Xavier (5.1), faces from normal weights of 0.02 (5.3; 2.6 prints 0.2), both
# with the code's biases of 0.1. `toy` has no "Shared" column; half its rows are shared here.
GENERATORS.register_all({
    "toy": Architecture(TOY_GENERATOR, TOY, 2, **XAVIER),
    "digit": Architecture(DIGIT_GENERATOR, DIGIT, 5, **XAVIER, bias=0.1),
    "digit_small": Architecture(DIGIT_SMALL_GENERATOR, DIGIT, 4, **XAVIER, bias=0.1),
    "face128": Architecture(FACE_GENERATOR, FACE, 5, bias=0.1),
    "face256": Architecture(FACE256_GENERATOR, FACE256, 6, bias=0.1),
    "dcgan64": Architecture(DCGAN_GENERATOR, FACE64, 4),
    "residual64": Architecture(RESIDUAL64_GENERATOR, FACE64, 6),
    "residual128": Architecture(RESIDUAL_GENERATOR, FACE, 6),
    "quick": Architecture(QUICK_GENERATOR, DIGIT, 3, **XAVIER),
    "dcgan28": Architecture(DCGAN28_GENERATOR, DIGIT28, 2),
})
DISCRIMINATORS.register_all({
    "toy": Architecture(TOY_DISCRIMINATOR, TOY, 2, **XAVIER),
    "digit": Architecture(DIGIT_DISCRIMINATOR, DIGIT, 3, **XAVIER, bias=0.1),
    "digit_small": Architecture(DIGIT_DISCRIMINATOR, DIGIT, 3, **XAVIER, bias=0.1),
    "face128": Architecture(FACE_DISCRIMINATOR, FACE, 7, bias=0.1),
    "face256": Architecture(FACE256_DISCRIMINATOR, FACE256, 7, bias=0.1),
    "dcgan64": Architecture(DCGAN_DISCRIMINATOR, FACE64, 3),
    "residual64": Architecture(RESIDUAL_DISCRIMINATOR, FACE64, 3),
    "residual128": Architecture(RESIDUAL_DISCRIMINATOR, FACE, 3),
    "quick": Architecture(QUICK_DISCRIMINATOR, DIGIT, 2, **XAVIER),
    "dcgan28": Architecture(DCGAN28_DISCRIMINATOR, DIGIT28, 2),
})
CLASSIFIERS.register_all({
    "B.1": Architecture(THESIS_CLASSIFIER, DIGIT, **XAVIER),
    "B.2": Architecture(THESIS_CLASSIFIER, FACE, **XAVIER),
    "quick": Architecture(QUICK_CLASSIFIER, DIGIT, initializer="he"),
})


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

"""Nets for digits of 32x32: tables 3.1 and 3.2 of the SCoGAN thesis."""

from typing import Any

from nets.architectures import (
    BATCH_PRELU,
    DIGIT,
    DISCRIMINATORS,
    GENERATORS,
    XAVIER,
    Architecture,
    Row,
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
# The default of the thesis's code: no 1024-filter transposed convolution.
DIGIT_SMALL_GENERATOR = DIGIT_GENERATOR[:1] + DIGIT_GENERATOR[2:]

# Table 3.2. No activation between convolution and pooling.
DIGIT_DISCRIMINATOR = (
    Row("conv", 20, 5, pool=2),                                   # 16x16x20
    Row("conv", 50, 5, pool=2),                                   # 8x8x50
    Row("dense", 500, activation="prelu", dropout=0.5),
    Row("dense", 1),
)

# Digits start from Xavier weights (5.1) and the code's biases of 0.1.
START: dict[str, Any] = {**XAVIER, "bias": 0.1}
GENERATORS.register("digit", Architecture(DIGIT_GENERATOR, DIGIT, 5, **START, auto=True))
GENERATORS.register("digit_small", Architecture(DIGIT_SMALL_GENERATOR, DIGIT, 4, **START))
DISCRIMINATORS.register("digit", Architecture(DIGIT_DISCRIMINATOR, DIGIT, 3, **START, auto=True))
DISCRIMINATORS.register("digit_small", Architecture(DIGIT_DISCRIMINATOR, DIGIT, 3, **START))

"""Nets of our own for 32x32, sized for two CPU cores."""

from nets.architectures import (
    BATCH_RELU,
    DIGIT,
    DISCRIMINATORS,
    GENERATORS,
    XAVIER,
    Architecture,
    Row,
)

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
# One row more than the quick ones, at the full 32x32, for a domain that is harder to draw. Beside
# them these are nets of unequal depth, which can share the first three rows of the generators and
# the last three of the discriminators.
QUICK_DEEP_GENERATOR = (
    *QUICK_GENERATOR[:3],                                         # 16x16x64
    Row("convt", 32, 4, 2, **BATCH_RELU),                         # 32x32x32
    Row("conv", 3, 3, activation="tanh"),                         # 32x32x3
)
QUICK_DEEP_DISCRIMINATOR = (
    Row("conv", 16, 3, activation="leaky0.2"),                    # 32x32x16
    *QUICK_DISCRIMINATOR,                                         # 16x16x32
)

GENERATORS.register("quick", Architecture(QUICK_GENERATOR, DIGIT, 3, **XAVIER))
DISCRIMINATORS.register("quick", Architecture(QUICK_DISCRIMINATOR, DIGIT, 2, **XAVIER))
GENERATORS.register("quick_deep", Architecture(QUICK_DEEP_GENERATOR, DIGIT, 4, **XAVIER))
DISCRIMINATORS.register("quick_deep", Architecture(QUICK_DEEP_DISCRIMINATOR, DIGIT, 2, **XAVIER))

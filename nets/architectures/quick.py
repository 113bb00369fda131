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

GENERATORS.register("quick", Architecture(QUICK_GENERATOR, DIGIT, 3, **XAVIER))
DISCRIMINATORS.register("quick", Architecture(QUICK_DISCRIMINATOR, DIGIT, 2, **XAVIER))

"""Residual nets with batch or spectral norm, for document 001's CelebA at 160x160 and ImageNet at
64x64 (Arbel et al. 2018).

A row's first convolution has the filters of its output; in a critic of Miyato et al. 2018 it has
those of its input.
"""

from typing import Any

from nets.architectures import (
    BATCH_RELU,
    DISCRIMINATORS,
    FACE64,
    GENERATORS,
    XAVIER,
    Architecture,
    Row,
)
from nets.architectures.photographs import DCGAN_DISCRIMINATOR

FACE160 = (160, 160, 3)
SPECTRAL_RELU: dict[str, Any] = {"norm": "spectral", "activation": "relu"}

# Ten layers with weights beside the 1x1 ones, as in Binkowski et al. 2018.
RESNET160_GENERATOR = (
    Row("project", 512, 10),                                      # 10x10x512
    Row("preactivated_up", 512, 3, 2, **BATCH_RELU),              # 20x20x512
    Row("preactivated_up", 256, 3, 2, **BATCH_RELU),              # 40x40x256
    Row("preactivated_up", 128, 3, 2, **BATCH_RELU),              # 80x80x128
    Row("preactivated_up", 64, 3, 2, **BATCH_RELU),               # 160x160x64
    Row("input", **BATCH_RELU),                                   # 160x160x64
    Row("conv", 3, 3, activation="tanh"),                         # 160x160x3
)
# Miyato et al. 2018 for 64x64, from their code: Arbel et al. name ten layers on both sides, and
# this critic has eleven.
RESNET64_GENERATOR = (
    Row("project", 1024, 4),                                      # 4x4x1024
    *RESNET160_GENERATOR[1:],                                     # 8x8x512 to 64x64x3
)
SN_RESNET64_DISCRIMINATOR = (
    Row("preactivated_first", 64, 3, 2, **SPECTRAL_RELU),         # 32x32x64
    Row("preactivated_down", 128, 3, 2, **SPECTRAL_RELU),         # 16x16x128
    Row("preactivated_down", 256, 3, 2, **SPECTRAL_RELU),         # 8x8x256
    Row("preactivated_down", 512, 3, 2, **SPECTRAL_RELU),         # 4x4x512
    Row("preactivated_down", 1024, 3, 2, **SPECTRAL_RELU),        # 2x2x1024
    Row("input", activation="relu"),                              # 2x2x1024
    Row("summed", 1, 2, norm="spectral"),
)

# The critic of 160x160 is the slides' DCGAN of five layers: 80, 40, 20 and 10 pixels, then dense.
GENERATORS.register("resnet160", Architecture(RESNET160_GENERATOR, FACE160, 4, **XAVIER,
                                              auto=True))
GENERATORS.register("resnet64", Architecture(RESNET64_GENERATOR, FACE64, 4, **XAVIER))
DISCRIMINATORS.register("resnet160", Architecture(DCGAN_DISCRIMINATOR, FACE160, 3, auto=True))
DISCRIMINATORS.register("resnet64", Architecture(SN_RESNET64_DISCRIMINATOR, FACE64, 4, **XAVIER))

"""Residual nets without norms, after R3GAN (Huang et al. 2024, arXiv 2501.05441), for its loss and
penalties.

Theirs have grouped 3x3 convolutions in a bottleneck, four blocks a size and some 24 million
weights. On a processor grouped convolutions are slow, so here a block has two full ones, at the
smaller of its sizes, and there is one a size: width 1 suits two cores, width 4 a GPU.
"""

from typing import Any

from nets.architectures import (
    DIGIT,
    DISCRIMINATORS,
    FACE,
    FACE64,
    GENERATORS,
    XAVIER,
    Architecture,
    Row,
)

LEAKY: dict[str, Any] = {"activation": "leaky0.2"}
IMAGE: dict[str, Any] = {"activation": "tanh"}

NORMLESS32_GENERATOR = (
    Row("project", 128, 4),                                       # 4x4x128
    Row("residual_up", 96, 3, 2, **LEAKY),                        # 8x8x96
    Row("residual_up", 64, 3, 2, **LEAKY),                        # 16x16x64
    Row("convt", 3, 4, 2, **IMAGE),                               # 32x32x3
)
NORMLESS32_DISCRIMINATOR = (
    Row("conv", 32, 4, 2),                                        # 16x16x32
    Row("residual_down", 64, 3, 2, **LEAKY),                      # 8x8x64
    Row("residual_down", 128, 3, 2, **LEAKY),                     # 4x4x128
    Row("dense", 1),
)
NORMLESS64_GENERATOR = (
    Row("project", 256, 4),                                       # 4x4x256
    Row("residual_up", 192, 3, 2, **LEAKY),                       # 8x8x192
    Row("residual_up", 128, 3, 2, **LEAKY),                       # 16x16x128
    Row("residual_up", 64, 3, 2, **LEAKY),                        # 32x32x64
    Row("convt", 3, 4, 2, **IMAGE),                               # 64x64x3
)
NORMLESS64_DISCRIMINATOR = (
    Row("conv", 32, 4, 2),                                        # 32x32x32
    Row("residual_down", 64, 3, 2, **LEAKY),                      # 16x16x64
    Row("residual_down", 128, 3, 2, **LEAKY),                     # 8x8x128
    Row("residual_down", 256, 3, 2, **LEAKY),                     # 4x4x256
    Row("dense", 1),
)
NORMLESS128_GENERATOR = (
    *NORMLESS64_GENERATOR[:-1],                                   # 32x32x64
    Row("residual_up", 32, 3, 2, **LEAKY),                        # 64x64x32
    Row("convt", 3, 4, 2, **IMAGE),                               # 128x128x3
)
NORMLESS128_DISCRIMINATOR = (
    Row("conv", 16, 4, 2),                                        # 64x64x16
    Row("residual_down", 32, 3, 2, **LEAKY),                      # 32x32x32
    *NORMLESS64_DISCRIMINATOR[1:],                                # 4x4x256
)

for name, shape, generator, discriminator in (
        ("normless32", DIGIT, NORMLESS32_GENERATOR, NORMLESS32_DISCRIMINATOR),
        ("normless64", FACE64, NORMLESS64_GENERATOR, NORMLESS64_DISCRIMINATOR),
        ("normless128", FACE, NORMLESS128_GENERATOR, NORMLESS128_DISCRIMINATOR)):
    rows = len(generator) - 1
    GENERATORS.register(name, Architecture(generator, shape, rows, **XAVIER))
    DISCRIMINATORS.register(name, Architecture(discriminator, shape, rows, **XAVIER))

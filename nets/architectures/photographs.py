"""Nets for photographs: DCGAN for 64x64, residual nets (section 7.4.2) for 64x64 and 128x128."""

from typing import Any

from nets.architectures import (
    BATCH_RELU,
    DISCRIMINATORS,
    FACE,
    FACE64,
    GENERATORS,
    Architecture,
    Row,
)

# Radford et al. 2016: figure 1 gives the generator; the critic's filters are those of the
# authors' code, half of the generator's in reverse.
DCGAN_GENERATOR = (
    Row("project", 1024, 4, **BATCH_RELU),                        # 4x4x1024
    Row("convt", 512, 5, 2, **BATCH_RELU),                        # 8x8x512
    Row("convt", 256, 5, 2, **BATCH_RELU),                        # 16x16x256
    Row("convt", 128, 5, 2, **BATCH_RELU),                        # 32x32x128
    Row("convt", 3, 5, 2, activation="tanh"),                     # 64x64x3
)
BATCH_LEAKY: dict[str, Any] = {"norm": "batch", "activation": "leaky0.2"}
DCGAN_DISCRIMINATOR = (
    Row("conv", 64, 5, 2, activation="leaky0.2"),                 # 32x32x64
    Row("conv", 128, 5, 2, **BATCH_LEAKY),                        # 16x16x128
    Row("conv", 256, 5, 2, **BATCH_LEAKY),                        # 8x8x256
    Row("conv", 512, 5, 2, **BATCH_LEAKY),                        # 4x4x512
    Row("dense", 1),
)

# Section 7.4.2: CycleGAN's transformer for 128x128, six residual blocks on 32x32x256 and two
# doublings. Two doublings from the latent replace CycleGAN's halvings of its input image. Batch
# norm, since with instance norm the latent could not change a channel's amplitude.
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

GENERATORS.register("dcgan64", Architecture(DCGAN_GENERATOR, FACE64, 4, auto=True))
GENERATORS.register("residual64", Architecture(RESIDUAL64_GENERATOR, FACE64, 6))
GENERATORS.register("residual128", Architecture(RESIDUAL_GENERATOR, FACE, 6))
DISCRIMINATORS.register("dcgan64", Architecture(DCGAN_DISCRIMINATOR, FACE64, 3, auto=True))
DISCRIMINATORS.register("residual64", Architecture(RESIDUAL_DISCRIMINATOR, FACE64, 3))
DISCRIMINATORS.register("residual128", Architecture(RESIDUAL_DISCRIMINATOR, FACE, 3))

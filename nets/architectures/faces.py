"""Nets for images of 128x128 and 256x256: tables A.1 to A.4 of the SCoGAN thesis."""

from nets.architectures import BATCH_PRELU, DISCRIMINATORS, FACE, GENERATORS, Architecture, Row

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

# Faces start from normal weights of sd 0.02 (5.3; 2.6 prints 0.2) and the code's biases of 0.1.
FACE256 = (256, 256, 3)
GENERATORS.register("face128", Architecture(FACE_GENERATOR, FACE, 5, bias=0.1, auto=True))
GENERATORS.register("face256", Architecture(FACE256_GENERATOR, FACE256, 6, bias=0.1, auto=True))
DISCRIMINATORS.register("face128", Architecture(FACE_DISCRIMINATOR, FACE, 7, bias=0.1, auto=True))
DISCRIMINATORS.register(
    "face256", Architecture(FACE256_DISCRIMINATOR, FACE256, 7, bias=0.1, auto=True))

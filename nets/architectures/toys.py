"""Nets for 2-D points: table 2.1 of the SCoGAN thesis."""

from nets.architectures import DISCRIMINATORS, GENERATORS, POINTS, XAVIER, Architecture, Row

# Table 2.1. The critic's sigmoid is part of the loss: every critic here returns a raw score.
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

# The table has no "Shared" column; half its rows are shared here.
GENERATORS.register("toy", Architecture(TOY_GENERATOR, POINTS, 2, **XAVIER, auto=True))
DISCRIMINATORS.register("toy", Architecture(TOY_DISCRIMINATOR, POINTS, 2, **XAVIER, auto=True))

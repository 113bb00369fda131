"""Nets for images of 8 pixels, so that a training from its start to its end takes seconds."""

from nets.architectures import CLASSIFIERS, DISCRIMINATORS, GENERATORS, Architecture, Row

SHAPE = (8, 8, 3)
BATCH = {"norm": "batch", "activation": "leaky0.2"}

GENERATORS.register("tiny")(Architecture((
    Row("project", 4, 4, **BATCH),
    Row("convt", 3, 4, 2, activation="tanh"),
), SHAPE, 1, "xavier", auto=True))
DISCRIMINATORS.register("tiny")(Architecture((
    Row("conv", 4, 3, 2, activation="leaky0.2"),
    Row("conv", 4, 3, 2, **BATCH),
    Row("dense", 1),
), SHAPE, 1, "xavier", auto=True))
CLASSIFIERS.register("tiny")(Architecture((
    Row("conv", 4, 3, 2, **BATCH, dropout=0.3),
    Row("dense"),
), SHAPE, 0, "he"))

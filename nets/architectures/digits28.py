"""Nets for digits of 28x28, MNIST's own size: DCGAN with two doublings."""

from nets.architectures import BATCH_RELU, DISCRIMINATORS, GENERATORS, Architecture, Row
from nets.architectures.photographs import DCGAN_DISCRIMINATOR

DCGAN28_GENERATOR = (
    Row("project", 256, 7, **BATCH_RELU),                         # 7x7x256
    Row("convt", 128, 5, 2, **BATCH_RELU),                        # 14x14x128
    Row("convt", 3, 5, 2, activation="tanh"),                     # 28x28x3
)
DCGAN28_DISCRIMINATOR = DCGAN_DISCRIMINATOR[:2] + DCGAN_DISCRIMINATOR[-1:]  # 14x14, 7x7

DIGIT28 = (28, 28, 3)
GENERATORS.register("dcgan28", Architecture(DCGAN28_GENERATOR, DIGIT28, 2, auto=True))
DISCRIMINATORS.register("dcgan28", Architecture(DCGAN28_DISCRIMINATOR, DIGIT28, 2, auto=True))

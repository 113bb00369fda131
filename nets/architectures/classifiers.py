"""Classifiers: tables B.1 and B.2 of the SCoGAN thesis, and a quick one of our own."""

from nets.architectures import CLASSIFIERS, DIGIT, FACE, XAVIER, Architecture, Row

# Tables B.1 and B.2 differ in the number of classes and in the loss (softmax or sigmoid).
# Convolutions are unpadded and pooling halves, as in the code (the tables print a doubling).
THESIS_CLASSIFIER = (
    Row("conv", 32, 3, 1, activation="leaky0.3", padding="valid"),
    Row("conv", 64, 3, 1, activation="leaky0.3", padding="valid", pool=2, dropout=0.25),
    Row("dense", 128, activation="leaky0.3", dropout=0.5),
    Row("dense"),
)
QUICK_CLASSIFIER = (
    Row("conv", 32, 5, 2, "batch", "leaky0.2"),
    Row("conv", 64, 3, 2, "batch", "leaky0.2"),
    Row("conv", 128, 3, 2, "batch", "leaky0.2", dropout=0.3),
    Row("dense"),
)

CLASSIFIERS.register("B.1", Architecture(THESIS_CLASSIFIER, DIGIT, **XAVIER))
CLASSIFIERS.register("B.2", Architecture(THESIS_CLASSIFIER, FACE, **XAVIER))
CLASSIFIERS.register("quick", Architecture(QUICK_CLASSIFIER, DIGIT, initializer="he"))

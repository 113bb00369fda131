"""Classifiers: tables B.1 and B.2 of the SCoGAN thesis, and two of our own."""

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
# Deeper than the quick one, for what measures; a step takes 2.4 times as long on one core.
JUDGE_CLASSIFIER = (
    Row("conv", 24, 4, 2, "batch", "relu"),
    Row("conv", 48, 3, 1, "batch", "relu", pool=2),
    Row("conv", 96, 3, 1, "batch", "relu"),
    Row("conv", 96, 3, 1, "batch", "relu", pool=2),
    Row("dense"),
)

CLASSIFIERS.register("B.1", Architecture(THESIS_CLASSIFIER, DIGIT, **XAVIER))
CLASSIFIERS.register("B.2", Architecture(THESIS_CLASSIFIER, FACE, **XAVIER))
CLASSIFIERS.register("quick", Architecture(QUICK_CLASSIFIER, DIGIT, initializer="he"))
CLASSIFIERS.register("judge", Architecture(JUDGE_CLASSIFIER, DIGIT, initializer="he"))

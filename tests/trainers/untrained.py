"""Classifiers for tests of what reads with one, not of how it learns."""

import keras

from nets.classifier import build_classifier


def untrained(domains, *, seed=0, table="quick", **settings):
    """In the place of `trainers.classifier.train_classifier`: its net as it starts."""
    keras.utils.set_random_seed(seed)
    return build_classifier(domains[0].images.shape[1:], domains[0].known_classes, table)

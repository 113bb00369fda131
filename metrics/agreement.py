"""Whether generated pairs show the same thing, as a separately trained classifier reads them."""

from collections.abc import Callable, Sequence

import numpy as np

MIN_PRESENT_SHARE = 0.02             # of a domain's images, for a class to count as present

Classifier = Callable[[np.ndarray], np.ndarray]      # images [N, H, W, C] -> logits


def pair_agreement(classifier: Classifier, images: Sequence[np.ndarray]) -> float:
    """Returns the share of z for which the classifier reads the same class in every domain.

    classifier: a function from images [N, H, W, C] in [-1, 1] to logits [N, classes]. images:
    K arrays; row i of each was generated from the same z. The share is in [0, 1]; independent
    domains that draw ten classes evenly reach 0.1.
    """
    read = np.stack([np.argmax(classifier(x), -1) for x in images])
    return float(np.mean(np.all(read == read[0], 0)))


def attribute_agreement(classifier: Classifier, images: Sequence[np.ndarray]) -> np.ndarray:
    """Returns [A]: for each attribute the share of z for which all domains agree on it.

    classifier: a function from images to logits [N, A], positive where the attribute is present.
    Two domains that show an attribute independently, each with the share p, reach
    p^2 + (1 - p)^2.
    """
    read = np.stack([np.asarray(classifier(x)) > 0 for x in images])
    return np.mean(np.all(read == read[0], 0), 0)


def attribute_shares(classifier: Classifier, images: Sequence[np.ndarray]) -> np.ndarray:
    """Returns [K, A]: the share of each domain's images that show each attribute. It tells
    whether domains agree only because none of them ever shows the attribute."""
    return np.stack([np.mean(np.asarray(classifier(x)) > 0, 0) for x in images])


def class_shares(classifier: Classifier, images: Sequence[np.ndarray]) -> np.ndarray:
    """Returns [K, classes]: the share of each class in each domain's images; rows sum to 1."""
    logits = [np.asarray(classifier(x)) for x in images]
    return np.stack([np.bincount(x.argmax(-1), minlength=x.shape[-1]) / len(x) for x in logits])


def count_classes_present(shares: np.ndarray, at_least: float = MIN_PRESENT_SHARE) -> int:
    """Counts the classes with at least the share `at_least` of the images of every domain."""
    return int(np.sum(np.all(np.asarray(shares) >= at_least, 0)))

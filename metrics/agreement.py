"""Do generated pairs show the same thing? A judge, a classifier trained apart, reads them."""

from collections.abc import Callable, Sequence

import numpy as np

MIN_PRESENT_SHARE = 0.02


def pair_agreement(classifier: Callable, images: Sequence[np.ndarray]) -> float:
    """Share of z for which the classifier reads one and the same class in every domain.

    classifier: a function of images [N, H, W, C] in [-1, 1] to logits [N, classes]; images:
    K arrays, row i of each made of the same z. In [0, 1]; independent domains that draw all
    of ten classes evenly reach 0.1.
    """
    read = np.stack([np.argmax(classifier(x), -1) for x in images])
    return float(np.mean(np.all(read == read[0], 0)))


def attribute_agreement(classifier: Callable, images: Sequence[np.ndarray]) -> np.ndarray:
    """[A]: share of z for which an attribute is read alike in every domain.

    classifier: a function of images to logits [N, A], positive where the attribute is there.
    Domains that show an attribute independently, each with the share p, reach p^2 + (1 - p)^2
    for two of them.
    """
    read = np.stack([np.asarray(classifier(x)) > 0 for x in images])
    return np.mean(np.all(read == read[0], 0), 0)


def attribute_shares(classifier: Callable, images: Sequence[np.ndarray]) -> np.ndarray:
    """[K, A]: share of each domain's images in which an attribute is read. Beside the
    agreement it tells whether domains agree because none of them ever shows the attribute."""
    return np.stack([np.mean(np.asarray(classifier(x)) > 0, 0) for x in images])


def class_shares(classifier: Callable, images: Sequence[np.ndarray]) -> np.ndarray:
    """[K, classes]: how often each class is read in each domain's images; rows sum to 1."""
    logits = [np.asarray(classifier(x)) for x in images]
    return np.stack([np.bincount(x.argmax(-1), minlength=x.shape[-1]) / len(x) for x in logits])


def classes_present(shares: np.ndarray, at_least: float = MIN_PRESENT_SHARE) -> int:
    """Classes that make up at least the share `at_least` of the images of every domain."""
    return int(np.sum(np.all(np.asarray(shares) >= at_least, 0)))

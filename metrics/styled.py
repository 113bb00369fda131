"""How far a picture in the style of a painting is from the photograph and from the painting.

Features are a list of one array [1, h, w, C] for each layer of a net. The layers count alike,
whatever the size of their numbers: each distance is relative to its layer.
"""

from collections.abc import Sequence

import numpy as np

from framework.tensors import Tensor
from losses.perceptual import content_loss, gram_matrix
from metrics.wasserstein import mean_absolute_coordinate, sliced_wasserstein

MOST_SAMPLES = 4096             # positions or pixels of a picture that are compared

Features = Sequence[Tensor]


def content_differences(a: Features, b: Features) -> np.ndarray:
    """The mean squared difference of the features of each layer, [layers]. a, b: of pictures of
    one size."""
    return np.array([float(content_loss(x, y)) for x, y in zip(a, b, strict=True)])


def content_distance(a: Features, b: Features, apart: np.ndarray) -> float:
    """`content_differences` over `apart`, those of two photographs, averaged over the layers: 0 for
    the photograph itself, 1 for a picture as far away as another photograph."""
    return float(np.mean(content_differences(a, b) / apart))


def gram_distance(a: Features, b: Features) -> float:
    """||G(a) - G(b)|| / ||G(b)|| in Frobenius's norm, averaged over the layers; G is the Gram
    matrix over the number of positions (Gatys et al. 2016). The sizes of the pictures may differ.
    0 for the painting `b` itself."""
    pairs = [[np.asarray(gram_matrix(f), np.float64) for f in pair]
             for pair in zip(a, b, strict=True)]
    return float(np.mean([np.linalg.norm(x - y) / np.linalg.norm(y) for x, y in pairs]))


def feature_distance(a: Features, b: Features, seed: int = 0) -> float:
    """The sliced Wasserstein distance W_1 of the features of single positions, averaged over the
    layers, in standard deviations of b's features along a direction. The sizes of the pictures may
    differ. seed: of the directions, and of the positions where there are more than MOST_SAMPLES.

    Unlike `gram_distance` it tells all distributions apart, not their second moments alone, and
    Gatys et al. do not minimise it.
    """
    return float(np.mean([_sliced(x, y, seed) / _deviation(y) for x, y in zip(a, b, strict=True)]))


def colour_distance(a: np.ndarray, b: np.ndarray, seed: int = 0) -> float:
    """How far the colours of two pictures uint8 [H, W, 3] are apart, in levels of 255, wherever
    they stand. The sizes may differ.

    It is the sliced Wasserstein distance W_1 of the pixels in RGB over its value for a shift by
    one level, so that a shift of all pixels by the vector d counts |d|. Histograms with bins would
    count a shift by one level at the edge of a bin as much as one from black to white.
    """
    return _sliced(a, b, seed) / mean_absolute_coordinate(3)


def _sliced(a, b, seed: int) -> float:
    x, y = (_samples(each, seed) for each in (a, b))
    return sliced_wasserstein(x, y, seed=seed)


def _samples(each, seed: int) -> np.ndarray:
    """At most MOST_SAMPLES rows [N, C] of [..., C], the same of equal shapes."""
    rows = np.asarray(each)
    rows = rows.reshape(-1, rows.shape[-1])
    if len(rows) <= MOST_SAMPLES:
        return rows
    return rows[np.random.default_rng(seed).choice(len(rows), MOST_SAMPLES, replace=False)]


def _deviation(features) -> float:
    """The standard deviation of the features [1, h, w, C] along a direction, the root of its mean
    square over all directions."""
    rows = np.asarray(features, np.float64)
    return float(np.sqrt(rows.reshape(-1, rows.shape[-1]).var(0).mean()))

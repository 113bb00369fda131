"""The distances of a picture in a painting's style, against loops and closed forms."""

import numpy as np
import pytest

from metrics.styled import (
    MOST_SAMPLES,
    colour_distance,
    content_differences,
    content_distance,
    feature_distance,
    gram_distance,
)
from metrics.wasserstein import random_directions


def features(seed, *sizes):
    """Features of layers of the sizes (h, w, C), the deeper the larger."""
    rng = np.random.default_rng(seed)
    return [10.0**k * rng.gamma(1.0, size=(1, *size)).astype("float32")
            for k, size in enumerate(sizes)]


SIZES = (6, 5, 3), (3, 2, 4)
OTHERS = (4, 7, 3), (2, 3, 4)


def test_content_by_loops():
    a, b = features(1, *SIZES), features(2, *SIZES)
    expected = []
    for x, y in zip(a, b, strict=True):
        total = 0.0
        for at in np.ndindex(x.shape):
            total += (float(x[at]) - float(y[at])) ** 2
        expected.append(total / x.size)
    np.testing.assert_allclose(content_differences(a, b), expected, rtol=1e-5)
    assert content_distance(a, b, np.array(expected)) == pytest.approx(1, rel=1e-5)
    assert content_distance(a, b, np.array([2.0, 4.0]) * expected) == pytest.approx(0.375, rel=1e-5)
    assert content_distance(a, a, np.ones(2)) == 0


def test_gram_by_loops():
    a, b = features(1, *SIZES), features(2, *OTHERS)
    expected = 0.0
    for x, y in zip(a, b, strict=True):
        grams = []
        for each in (x, y):
            rows = each.reshape(-1, each.shape[-1]).astype(float)
            gram = np.zeros((rows.shape[1],) * 2)
            for row in rows:
                for c, d in np.ndindex(gram.shape):
                    gram[c, d] += row[c] * row[d] / len(rows)
            grams.append(gram)
        expected += np.sqrt(((grams[0] - grams[1])**2).sum() / (grams[1]**2).sum()) / len(a)
    assert gram_distance(a, b) == pytest.approx(expected, rel=1e-5)
    assert 0.01 < expected < 2 and gram_distance(a, a) == 0
    assert gram_distance([2 * x for x in a], a) == pytest.approx(3, rel=1e-5)   # (2^2 - 1) G / G


def test_features_in_one_dimension_are_quantiles():
    """W_1 in one dimension is the mean difference of the sorted values; layers count alike."""
    a, b = features(1, (6, 5, 1), (4, 4, 1)), features(2, (5, 6, 1), (2, 8, 1))
    expected = np.mean([np.abs(np.sort(x.ravel()) - np.sort(y.ravel())).mean() / y.std()
                        for x, y in zip(a, b, strict=True)])
    assert feature_distance(a, b) == pytest.approx(expected, rel=1e-5) and expected > 0.1


def test_a_shift_of_the_features_in_closed_form():
    """Along u a shift by d is one by |u.d|, whose mean over the sphere of three dimensions is
    |d| / 2."""
    (b,) = features(2, (9, 9, 3))
    shift = np.array([3.0, -1.0, 2.0], "float32")
    deviation = np.sqrt(b.reshape(-1, 3).astype(float).var(0).mean())
    found = feature_distance([b + shift], [b])
    assert found == pytest.approx(np.sqrt(14) / 2 / deviation, rel=0.1)
    assert feature_distance([b], [b]) == 0
    u = random_directions(3, 128, np.random.default_rng(0))
    assert found == pytest.approx(np.abs(u @ shift).mean() / deviation, rel=1e-4)


def test_positions_beyond_the_most_are_drawn_by_the_seed():
    (a,), (b,) = features(1, (80, 80, 2)), features(2, (80, 80, 2))
    assert a[0, ..., 0].size > MOST_SAMPLES
    found = [feature_distance([a], [b], seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    assert 0 < max(found) < 0.1                     # of one distribution


def test_colours():
    rng = np.random.default_rng(0)
    picture = rng.integers(40, 200, (20, 30, 3), np.uint8)
    mixed = rng.permutation(picture.reshape(-1, 3)).reshape(30, 20, 3)
    assert colour_distance(picture, mixed) == pytest.approx(0, abs=1e-9)
    redder = picture + np.array([8, 0, 0], np.uint8)
    assert colour_distance(redder, picture) == pytest.approx(8, rel=0.1)
    brighter = colour_distance(picture + np.uint8(8), picture)
    assert brighter == pytest.approx(8 * np.sqrt(3), rel=0.1)
    black, white = np.zeros((3, 3, 3), np.uint8), np.full((5, 2, 3), 255, np.uint8)
    assert colour_distance(black, white) == pytest.approx(255 * np.sqrt(3), rel=0.1)

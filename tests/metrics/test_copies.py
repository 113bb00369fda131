"""Copies of training images: planted ones are found, and new, blurred and few images are none."""

import numpy as np
import pytest

from metrics.copies import SHARE, Copies, scores
from metrics.extremes import SCORE_STRIP_PIXELS
from metrics.nearest import small_pixels


def images(count, seed, size=16):
    """Smooth random images [count, size, size, 3] in [-1, 1]."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(size=(count, 6, 3)).astype(np.float32)
    at = np.linspace(0, 1, size, dtype=np.float32)
    basis = np.stack([np.outer(np.cos(np.pi * a * at), np.cos(np.pi * b * at))
                      for a, b in ((0, 1), (1, 0), (1, 1), (2, 0), (0, 2), (2, 1))])
    return np.tanh(0.5 * np.einsum("nkc,khw->nhwc", waves, basis))


def measured(training, generated, held_out=None):
    measure = Copies({"a": training}, {} if held_out is None else {"a": held_out})
    for start in range(0, len(generated), 70):
        measure.add({"generated a": generated[start:start + 70]})
    (row,) = measure.results()
    return row, measure


def test_scores_by_a_double_loop():
    training, generated, held_out = images(60, 0), images(30, 1), images(40, 2)
    generated[:9] = training[20:29]
    rows, among = (small_pixels(x).astype(np.float64) for x in (generated, training))

    def score(row):
        near = sorted(np.sqrt(np.sum((row - other)**2)) for other in among)
        return near[0] / np.mean(near[1:6])
    threshold = np.quantile([score(row) for row in small_pixels(held_out).astype(float)], 0.05)
    row, measure = measured(training, generated, held_out)
    assert row.value == np.mean([score(row) < threshold for row in rows])
    assert row.value >= 0.3 and row.count == 30 and row.by.startswith("16 x 16 pixels")
    found = np.concatenate(measure.domains["a"].found)
    assert found == pytest.approx([score(row) for row in rows], abs=1e-3)
    assert row.error == pytest.approx(np.sqrt(
        row.value * (1 - row.value) / 30 + SHARE * (1 - SHARE) / 40))
    assert "nearest of 60 training images, beside 40 held-out ones" in row.note


def test_where_no_image_is_nearer_than_another():
    assert list(scores(np.array([[0.0, 0, 0], [0, 1, 3], [2, 2, 2]]))) == [1, 0, 1]


@pytest.mark.parametrize("training", [50, 400])
@pytest.mark.parametrize("held_out", [0, 10, 300])
def test_planted_copies_and_new_images(training, held_out):
    rng, known = np.random.default_rng(3), images(training, 4)
    beside = images(held_out, 5) if held_out else None
    copies = known[rng.integers(0, training, 200)]
    noisy = copies + rng.normal(0, 0.1, copies.shape).astype(np.float32) + 0.1
    assert measured(known, noisy, beside)[0].value > 0.9
    half = np.concatenate([noisy[:100], images(100, 6)])
    assert measured(known, half, beside)[0].value == pytest.approx(0.5, abs=0.15)
    new = measured(known, images(200, 7), beside)[0]
    assert new.value < 0.2 and ("among themselves" in new.note) is (held_out < 20)
    blurred = 0.3 * images(200, 8)                  # nearer to all images than a sharp one is
    assert measured(known, blurred, beside)[0].value < 0.3


def test_the_picture_shows_each_above_what_it_was_copied_from():
    training = images(50, 9, size=32)
    generated = images(20, 10, size=32)
    generated[4], generated[13] = training[17], training[33]
    picture = measured(training, generated)[1].pictures()["a"]
    assert picture.shape[1] % 8 == 0
    side = picture.shape[1] // 8
    upper = picture[SCORE_STRIP_PIXELS:][:side].astype(int)
    lower = picture[-side:].astype(int)
    apart = np.abs(upper - lower).reshape(side, 8, side, 3).mean((0, 2, 3))
    assert apart[:2].max() < 2 and apart[2:].min() > 4


def test_too_few_training_images():
    row, measure = measured(images(2, 11), images(9, 12))
    assert np.isnan(row.value) and row.note == "needs 3 training images or more"
    assert measure.pictures() == {}
    assert 0 <= measured(images(3, 13), images(9, 14))[0].value <= 1

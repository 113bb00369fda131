"""Texture by pixels: the distances beside a double loop, and patterns that go on exactly."""

import numpy as np
import pytest

from framework.errors import UserError
from style.pixelwise import Sample, gaussian_window, grow

RNG = np.random.default_rng(3)


def stripes(height, width, period=3):
    return np.broadcast_to(np.array([[0, 0, 0], [255, 90, 0], [20, 40, 200]], np.uint8)[
        np.arange(width) % period], (height, width, 3))


def checker(height, width, cell=2):
    y, x = np.mgrid[:height, :width]
    return np.repeat(((y // cell + x // cell) % 2 * 255).astype(np.uint8)[..., None], 3, 2)


@pytest.mark.parametrize("pattern", [stripes, checker])
@pytest.mark.parametrize("seed", range(3))
def test_a_periodic_pattern_goes_on_exactly(pattern, seed):
    found = grow(pattern(17, 19), (26, 23), window=9, seed=seed)
    wide = pattern(40, 40)
    assert found.shape == (26, 23, 3)
    assert any((found == wide[y:y + 26, x:x + 23]).all() for y in range(4) for x in range(4))


@pytest.mark.parametrize("grey, side", [(False, 5), (True, 5), (False, 13)])
def test_distances_are_those_of_a_double_loop(grey, side):
    pixels = RNG.integers(0, 256, (20, 17, 3), np.uint8)
    if grey:
        pixels = np.repeat(pixels[..., :1], 3, 2)
    sample = Sample(pixels, side)
    template = RNG.uniform(0, 1, (side, side, sample.centred.shape[-1])).astype(np.float32)
    known = RNG.random((side, side)) < 0.5
    weights = gaussian_window(side) * known
    found = sample.distances(template - sample.mean, weights)
    scaled = pixels[..., :template.shape[-1]] / 255
    wanted = np.zeros((20 - side + 1, 17 - side + 1))
    for y, x in np.ndindex(*wanted.shape):
        for i, j in np.argwhere(known):
            difference = np.mean((scaled[y + i, x + j] - template[i, j]) ** 2)
            wanted[y, x] += weights[i, j] * difference / weights.sum()
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_the_window_weighs_as_the_paper_has_it():
    found = gaussian_window(11)
    assert found.sum() == pytest.approx(1) and found.argmax() == 60
    assert found[5, 6] / found[5, 5] == pytest.approx(np.exp(-0.5 * (6.4 / 11) ** 2), rel=1e-5)
    np.testing.assert_allclose(found, found.T)


def test_all_colours_are_of_the_sample_and_follow_from_the_seed():
    pixels = RNG.integers(0, 256, (14, 12, 3), np.uint8)
    rounds = []
    found = grow(pixels, (15, 16), window=5, seed=1, placed=rounds.append)
    assert set(map(tuple, found.reshape(-1, 3))) <= set(map(tuple, pixels.reshape(-1, 3)))
    assert sum(rounds) == 15 * 16 and rounds[0] == 9
    np.testing.assert_array_equal(found, grow(pixels, (15, 16), window=5, seed=1))
    assert (found != grow(pixels, (15, 16), window=5, seed=2)).any()


@pytest.fixture
def five(monkeypatch):
    """A sample of one row of windows, whose distances a test sets."""
    def set_to(*distances):
        monkeypatch.setattr(Sample, "distances", lambda *_: np.array([distances]))
    return np.tile(np.arange(0, 100, 20).astype(np.uint8)[None, :, None], (3, 1, 3)), set_to


def test_matches_up_to_a_tenth_worse_are_drawn_from(five):
    pixels, distances = five
    distances(0.0109, 0.01, 0.0112)
    found = grow(pixels, (3, 60), window=3)[..., 0]
    drawn = np.concatenate([found[:, :28], found[:, 31:]], 1)       # without the planted piece
    assert set(drawn.ravel()) == {20, 40} and 0.35 < np.mean(drawn == 20) < 0.65


def test_the_largest_error_is_eased_where_nothing_fits(five):
    pixels, distances = five
    distances(0.5, 0.5, 0.35)
    rounds = []
    grow(pixels, (3, 5), window=3, placed=rounds.append)
    assert rounds == [9, 0, 0, 6]                      # 0.3 * 1.1 < 0.35 < 0.3 * 1.1^2


@pytest.mark.parametrize("side, message", [(4, "window must be odd"), (11, "of 9x10 is smaller")])
def test_windows_that_do_not_fit(side, message):
    with pytest.raises(UserError, match=message):
        grow(np.zeros((10, 9, 3), np.uint8), (5, 5), side)


@pytest.mark.parametrize("size", [(1, 1), (2, 7)])
def test_small_pictures(size):
    assert grow(checker(8, 8), size, window=3).shape == (*size, 3)

import numpy as np
import pytest

from data.glyph import Glyphs
from data.street import LUMA, MIN_CONTRAST, _colours, draw_streets


@pytest.fixture(scope="module")
def masks():
    return Glyphs(1000)[:]


@pytest.fixture(scope="module")
def streets(masks):
    return draw_streets(masks, seed=3)


def nearest_neighbour_accuracy(images, labels, count):
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    nearest = (rows[count:] @ rows[:count].T).argmax(1)
    return (labels[:count][nearest] == labels[count:]).mean()


def test_shape_and_determinism(masks, streets):
    assert streets.shape == (1000, 32, 32, 3) and streets.dtype == np.uint8
    np.testing.assert_array_equal(draw_streets(masks, seed=3), streets)
    assert (draw_streets(masks, seed=4) != streets).any((1, 2, 3)).all()
    assert (draw_streets(masks, seed=(3, 1)) != streets).any((1, 2, 3)).all()


def test_the_masks_are_left_as_they_were(masks):
    before = masks.copy()
    draw_streets(masks)
    np.testing.assert_array_equal(masks, before)


def test_digit_and_wall_keep_their_contrast_in_luma():
    wall, ink = _colours(5000, np.random.default_rng(0))
    contrast = ink @ LUMA - wall @ LUMA
    assert np.abs(contrast).min() > MIN_CONTRAST - 0.01
    assert 0.4 < (contrast > 0).mean() < 0.6, "dark on light as often as light on dark"
    for colours in (wall, ink):
        assert colours.min() >= -0.01 and colours.max() <= 255.01
        assert np.ptp(colours, axis=1).mean() > 10


def test_the_contrast_reaches_the_picture(masks, streets):
    """The centre holds digit and wall: a blank, or a digit lost in its wall, has no spread."""
    luma = streets[:, 6:26, 6:26] @ LUMA
    spread = np.percentile(luma, 95, (1, 2)) - np.percentile(luma, 5, (1, 2))
    assert np.percentile(spread, 2) > 25 and 50 < np.median(spread) < 140


def test_colour_texture_and_noise_vary(streets):
    pixels = streets.astype(np.float32)
    assert 15 < np.ptp(pixels, axis=-1).mean() < 45         # chroma; real SVHN: 21
    means = pixels.mean((1, 2))
    assert (means.std(0) > 30).all()
    second = np.diff(pixels, 2, axis=2)
    sharpness = np.abs(second).mean((1, 2, 3))
    assert np.percentile(sharpness, 95) > 1.8 * np.percentile(sharpness, 5) > 0


def test_neighbours_stand_at_the_sides_of_some():
    """Behind a digit 2 pixels wide, ink near the left and right border is a neighbour's."""
    masks = np.zeros((400, 32, 32), np.uint8)
    masks[:, 6:26, 15:17] = 255
    masks[200:, 6:26, 10:22] = 255
    luma = draw_streets(masks, 1)[:200] @ LUMA
    wall = np.median(luma[:, :, [8, 9, 22, 23]], (1, 2))
    ink = luma[:, 12:20, 15:17].mean((1, 2))
    sides = luma[:, 12:20][..., [2, 3, 4, 5, 26, 27, 28, 29]]
    covered = np.abs(sides - wall[:, None, None]) > 0.6 * np.abs(ink - wall)[:, None, None]
    share = covered.mean((1, 2))
    assert 0.05 < (share < 0.05).mean() < 0.7 and (share > 0.2).mean() > 0.2


def test_streets_are_readable_and_harder_than_their_digits(masks, streets):
    labels = Glyphs(1000).labels
    plain = nearest_neighbour_accuracy(masks, labels, 700)
    hard = nearest_neighbour_accuracy(streets, labels, 700)
    assert plain > 0.8
    assert 0.35 < hard < plain - 0.1


def test_any_size():
    assert draw_streets(Glyphs(30, size=48)[:]).shape == (30, 48, 48, 3)
    assert draw_streets(Glyphs(30, size=8)[:]).shape == (30, 8, 8, 3)

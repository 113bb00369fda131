"""Grids hold every image in its place, domain names beside them."""

import numpy as np
import pytest

from framework.errors import UserError
from framework.grid import GREY, MIN_SIDE, SEPARATOR, check_grid, enlargement, image_grid


def numbered(count, height=3, width=2, channels=3, start=0):
    """Images of one level each: image n is `start + n` in 0..255."""
    levels = (np.arange(count) + start) / 127.5 - 1
    return np.broadcast_to(levels[:, None, None, None], (count, height, width, channels))


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_every_pixel_of_a_grid(scale):
    columns, height, width = 3, 3, 2
    first, second, third = (numbered(5, start=s) for s in (10, 100, 200))
    picture = image_grid([first, second, third], columns, scale)
    block = 2 * height + SEPARATOR
    assert picture.shape == ((3 * block - SEPARATOR) * scale, columns * width * scale, 3)
    assert picture.dtype == np.uint8
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            domain, inside = divmod(y // scale, block)
            n = inside // height * columns + x // scale // width
            filled = inside < 2 * height and n < 5
            expected = (10, 100, 200)[domain] + n if filled else GREY
            assert picture[y, x].tolist() == [expected] * 3


def test_the_pixels_within_an_image_keep_their_place():
    images = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3))
    picture = image_grid([images / 127.5 - 1], 2)
    np.testing.assert_array_equal(picture[5:10, 6:12], images[3])
    np.testing.assert_array_equal(picture[0:5, 6:12], images[1])


def test_grey_images_stand_beside_coloured_ones():
    picture = image_grid([numbered(2, channels=1, start=50), numbered(2, start=90)], 2)
    assert picture[0, 0].tolist() == [50] * 3 and picture[-1, -1].tolist() == [91] * 3


def test_fewer_images_than_columns():
    assert image_grid([numbered(2)], 10).shape == (3, 4, 3)


def test_values_beyond_the_range_are_clipped():
    assert image_grid([np.full((1, 1, 1, 3), 1.5)], 1).tolist() == [[[255] * 3]]
    assert image_grid([np.full((1, 1, 1, 3), -1.5)], 1).tolist() == [[[0] * 3]]


@pytest.mark.parametrize("scale", [1, 2])
def test_pairs_stand_together(scale):
    columns, height, width = 3, 3, 2
    picture = image_grid([numbered(5, start=10), numbered(5, start=100)], columns, scale,
                         layout="pairs")
    group = 2 * height + SEPARATOR
    assert picture.shape == ((2 * group - SEPARATOR) * scale, columns * width * scale, 3)
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            row, inside = divmod(y // scale, group)
            n = row * columns + x // scale // width
            filled = inside < 2 * height and n < 5
            expected = (10, 100)[inside // height] + n if filled else GREY
            assert picture[y, x].tolist() == [expected] * 3


def test_the_rows_of_a_single_domain_are_not_parted():
    np.testing.assert_array_equal(image_grid([numbered(6)], 2, layout="pairs"),
                                  image_grid([numbered(6)], 2))


@pytest.mark.parametrize("layout, labels", [("pairs", 4), ("blocks", 2)])
def test_names_stand_in_a_margin_beside_their_images(layout, labels):
    images = [numbered(4, 40, 30, start=10), numbered(4, 40, 30, start=100)]
    bare = image_grid(images, 2, layout=layout)
    named = image_grid(images, 2, layout=layout, names=["one", "other"])
    wide = named.shape[1] - bare.shape[1]
    image_part = [y for y in range(len(bare)) if (bare[y] != GREY).any()]
    np.testing.assert_array_equal(named[image_part, wide:], bare[image_part])
    ink = (named[:, :wide] < 100).all(-1).any(1)
    starts = np.flatnonzero(ink[1:] & ~ink[:-1])
    assert 20 < wide < 80 and len(starts) == labels
    assert image_grid(images, 2, names=["one", "a name that is longer"]).shape[1] > named.shape[1]


@pytest.mark.parametrize("height, scale", [(28, 3), (32, 2), (48, 2), (64, 1), (128, 1), (8, 8)])
def test_images_are_shown_at_64_pixels_or_more(height, scale):
    assert enlargement(height) == scale and height * scale >= MIN_SIDE


@pytest.mark.parametrize("count, columns, shape, domains, fits", [
    (50, 10, (32, 32, 3), 2, True), (5000, 10, (32, 32, 3), 2, True),
    (5200, 10, (32, 32, 3), 2, False), (100_000, 100, (32, 32, 3), 2, False),
    (512, 8, (512, 512, 3), 1, True), (520, 8, (512, 512, 3), 1, False)])
def test_only_grids_that_a_picture_holds_are_drawn(count, columns, shape, domains, fits):
    if fits:
        check_grid(count, columns, shape, domains, "lower it")
        return
    with pytest.raises(UserError, match="pixels, more than .* million in all; lower it"):
        check_grid(count, columns, shape, domains, "lower it")

"""Which images are the same, which look alike, and which do not."""

import cv2
import numpy as np
import pytest

from data import looks
from data.looks import found_in, look_at, repeats


def photograph(seed, height=64, width=64):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (7, 7, 3)).astype(np.uint8)
    noise = rng.normal(0, 4, (height, width, 3))
    smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(smooth + noise, 0, 255).astype(np.uint8)


def look(image):
    return look_at(image, image)


def jpeg(image):
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 1)


def test_what_a_look_holds():
    image = np.zeros((10, 20, 3), np.uint8)
    image[:5] = (200, 100, 50)
    found = look_at(image, image)
    assert (found.height, found.width) == (10, 20)
    assert found.colour == pytest.approx((100, 50, 25), abs=0.5)
    assert found.chroma == pytest.approx(75, abs=0.5)
    assert found.contrast == pytest.approx((0.299 * 200 + 0.587 * 100 + 0.114 * 50) / 2, abs=0.6)
    assert np.linalg.norm(found.small) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("change", [
    jpeg, lambda image: cv2.resize(image, (32, 32), interpolation=cv2.INTER_AREA),
    lambda image: cv2.convertScaleAbs(image, alpha=0.8, beta=30)])
def test_a_changed_copy_looks_alike_and_is_not_the_same(change):
    images = [photograph(seed) for seed in range(12)]
    found = repeats([look(image) for image in (*images, change(images[3]), images[5])])
    assert found.same == {13: 5} and found.alike == {12: 3}


@pytest.mark.parametrize("change", [
    np.fliplr, np.rot90, lambda image: 255 - image, lambda image: photograph(99)])
def test_another_picture_is_no_repetition(change):
    first = photograph(1)
    assert repeats([look(first), look(np.ascontiguousarray(change(first)))]) == ({}, {})


def test_the_first_of_many_is_named():
    image, other = photograph(1), photograph(2)
    assert repeats([look(each) for each in (other, image, image, jpeg(image), image)]) == (
        {2: 1, 4: 1}, {3: 1})


def test_areas_of_one_colour_are_the_same_or_different_and_never_alike():
    red, blue = (np.full((32, 32, 3), colour, np.uint8) for colour in ((200, 0, 0), (0, 0, 200)))
    assert repeats([look(red), look(blue), look(red)]) == ({2: 0}, {})


def test_equal_bytes_of_another_shape_are_not_the_same():
    image = photograph(1, 32, 64)
    found = found_in([look_at(image, image[:, :32])], [look_at(image.reshape(64, 32, 3),
                                                               image[:, 32:])])
    assert found.same == {}


def test_images_in_another_list():
    mine = [look(photograph(seed)) for seed in (1, 2, 3)]
    theirs = [look(photograph(9)), look(jpeg(photograph(3))), look(photograph(1))]
    assert found_in(mine, theirs) == ({0: 2}, {2: 1})
    assert found_in(mine, []) == found_in([], theirs) == ({}, {})


def test_blocks_change_nothing(monkeypatch):
    every = [look(change(photograph(seed))) for seed in range(10) for change in (np.array, jpeg)]
    whole = repeats(every)
    assert whole.alike == {2 * k + 1: 2 * k for k in range(10)}
    monkeypatch.setattr(looks, "BLOCK_ROWS", 3)
    monkeypatch.setattr(looks, "BLOCK_PAIRS", 2)
    assert repeats(every) == whole

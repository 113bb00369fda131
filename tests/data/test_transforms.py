import numpy as np
import pytest

from data import transforms

RNG = np.random.default_rng(5)
DIGITS = RNG.integers(0, 256, (6, 28, 28), np.uint8)
SQUARE = RNG.integers(0, 256, (6, 32, 32), np.uint8)


def bilinear(image, size):
    """Bilinear interpolation at pixel centres, the border replicated: a double loop."""
    h, w = image.shape
    result = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            y, x = (i + 0.5) * h / size - 0.5, (j + 0.5) * w / size - 0.5
            top, left = int(np.floor(y)), int(np.floor(x))
            a, b = y - top, x - left
            rows = np.clip([top, top + 1], 0, h - 1)
            columns = np.clip([left, left + 1], 0, w - 1)
            corner = image[np.ix_(rows, columns)].astype(float)
            result[i, j] = (1 - a) * ((1 - b) * corner[0, 0] + b * corner[0, 1]) + a * (
                (1 - b) * corner[1, 0] + b * corner[1, 1])
    return result


def outline(image):
    """3x3 maximum minus the image: a double loop."""
    h, w = image.shape
    result = np.empty((h, w), int)
    for i in range(h):
        for j in range(w):
            window = image[max(i - 1, 0):i + 2, max(j - 1, 0):j + 2]
            result[i, j] = int(window.max()) - int(image[i, j])
    return result


def test_plain_is_bilinear_with_three_equal_channels():
    images = transforms.plain(DIGITS, 32)
    assert images.shape == (6, 32, 32, 3) and images.dtype == np.uint8
    expected = np.stack([bilinear(digit, 32) for digit in DIGITS])
    for channel in range(3):
        assert np.abs(images[..., channel] - expected).max() < 0.8


def test_scaling_before_or_after_mapping_to_minus_one_to_one_is_the_same_to_a_level():
    before = np.stack([bilinear(digit / 127.5 - 1, 32) for digit in DIGITS])
    after = transforms.plain(DIGITS, 32)[..., 0] / 127.5 - 1
    assert np.abs(before - after).max() < 1 / 127.5


def test_edge_is_dilation_minus_image():
    images = transforms.edge(SQUARE, 32)
    for image, digit in zip(images, SQUARE, strict=True):
        for channel in range(3):
            np.testing.assert_array_equal(image[..., channel], outline(digit))


def test_edge_of_a_block_is_its_frame():
    block = np.zeros((1, 32, 32), np.uint8)
    block[0, 10:20, 8:16] = 200
    found = transforms.edge(block, 32)[0, ..., 0]
    frame = np.zeros((32, 32), np.uint8)
    frame[9:21, 7:17] = 200
    frame[10:20, 8:16] = 0
    np.testing.assert_array_equal(found, frame)


def test_negative_and_rotate():
    np.testing.assert_array_equal(transforms.negative(SQUARE, 32)[..., 1], 255 - SQUARE)
    turned = transforms.rotate(SQUARE, 32)
    for i in range(32):
        np.testing.assert_array_equal(turned[:, i, :, 0], SQUARE[:, :, 31 - i])


def test_colour_images_keep_their_colours():
    colour = RNG.integers(0, 256, (3, 32, 32, 3), np.uint8)
    np.testing.assert_array_equal(transforms.plain(colour, 32), colour)
    halved = transforms.plain(colour, 16).astype(float)
    blocks = colour.reshape(3, 16, 2, 16, 2, 3).mean((2, 4))
    assert np.abs(halved - blocks).max() <= 0.51


@pytest.mark.parametrize("name", ["plain", "edge", "negative", "rotate", "street"])
@pytest.mark.parametrize("size", [16, 32, 40])
def test_every_transform_gives_rgb_of_the_size_asked_for(name, size):
    images = getattr(transforms, name)(DIGITS, size, 0)
    assert images.shape == (6, size, size, 3) and images.dtype == np.uint8

"""Random changes of images against numpy, image by image."""

import numpy as np
import pytest
import tensorflow as tf

from data.augment import AUGMENTATIONS, augment, parse_augmentations
from framework.errors import UserError
from framework.random import Random

IMAGES = np.random.default_rng(0).uniform(-1, 1, (6, 8, 16, 3)).astype(np.float32)


def drawn(*numbers):
    """A draw that gives the same number to each image, one after the other, and its limits."""
    coming, limits = iter(numbers), []

    def draw(low, high):
        limits.append((low, high))
        return tf.fill([len(IMAGES)], np.float32(next(coming)))
    return draw, limits


def test_colors_change_in_the_order_brightness_saturation_contrast():
    draw, limits = drawn(0.25, 1.5, 0.75)
    found = AUGMENTATIONS["color"](tf.constant(IMAGES), draw)
    for image, changed in zip(IMAGES, found.numpy(), strict=True):
        x = image + 0.25
        grey = x.mean(-1, keepdims=True)
        x = grey + 1.5 * (x - grey)
        np.testing.assert_allclose(changed, x.mean() + 0.75 * (x - x.mean()), atol=1e-5)
    assert limits == [(-0.5, 0.5), (0.0, 2.0), (0.5, 1.5)]


@pytest.mark.parametrize("angle", [0.0, 1.1, 2 * np.pi / 3, -2.5])
def test_hues_turn_about_the_axis_of_greys(angle):
    """By Rodrigues' matrix, cos t 1 + sin t K + (1 - cos t) k k'; a third turn exchanges
    channels."""
    draw, limits = drawn(angle)
    found = AUGMENTATIONS["hue"](tf.constant(IMAGES), draw).numpy()
    k = np.ones(3) / np.sqrt(3)
    cross = np.cross(k, np.eye(3)).T
    matrix = (np.cos(angle) * np.eye(3) + np.sin(angle) * cross
              + (1 - np.cos(angle)) * np.outer(k, k))
    np.testing.assert_allclose(found, IMAGES @ matrix.T, atol=1e-5)
    if angle == 2 * np.pi / 3:
        np.testing.assert_allclose(found, np.roll(IMAGES, 1, -1), atol=1e-5)
    assert limits == [(-np.pi, np.pi)]


@pytest.mark.parametrize("down, right", [(0.0, 0.0), (1.2, -2.0), (-0.5, 2.9)])
def test_a_translation_moves_whole_pixels_and_brings_grey(down, right):
    draw, limits = drawn(down, right)
    found = AUGMENTATIONS["translation"](tf.constant(IMAGES), draw).numpy()
    dy, dx = int(np.floor(down)), int(np.floor(right))
    expected = np.zeros_like(IMAGES)
    for y in range(8):
        for x in range(16):
            if 0 <= y + dy < 8 and 0 <= x + dx < 16:
                expected[:, y, x] = IMAGES[:, y + dy, x + dx]
    np.testing.assert_array_equal(found, expected)
    assert limits == [(-1.0, 2.0), (-2.0, 3.0)]


@pytest.mark.parametrize("cy, cx", [(0, 0), (4, 8), (7, 15)])
def test_a_hole_has_half_the_side(cy, cx):
    draw, _ = drawn(cy + 0.3, cx + 0.9)
    found = AUGMENTATIONS["cutout"](tf.constant(IMAGES), draw).numpy()
    for y in range(8):
        for x in range(16):
            inside = -2 <= y - cy < 2 and -4 <= x - cx < 4
            np.testing.assert_array_equal(found[:, y, x], 0 if inside else IMAGES[:, y, x])


def test_a_flip_exchanges_left_and_right_in_every_other_image():
    for number, expected in ((0.49, IMAGES[:, :, ::-1]), (0.51, IMAGES)):
        draw, _ = drawn(number)
        np.testing.assert_array_equal(AUGMENTATIONS["flip"](tf.constant(IMAGES), draw), expected)


@pytest.mark.parametrize("name", list(AUGMENTATIONS))
def test_every_image_has_draws_of_its_own_that_follow_from_seed_and_iteration(name):
    same = tf.constant(np.repeat(IMAGES[:1], 16, 0))
    found = augment(same, [name], Random(3, 5)).numpy()
    np.testing.assert_array_equal(found, augment(same, [name], Random(3, 5)))
    assert len(np.unique(found.reshape(16, -1), axis=0)) >= (2 if name == "flip" else 5)
    assert not np.array_equal(found, augment(same, [name], Random(3, 6)))


@pytest.mark.parametrize("probability, changed", [(0.0, 0), (1.0, 400), (0.25, 100)])
def test_the_probability_is_that_of_each_image(probability, changed):
    same = tf.constant(np.repeat(IMAGES[:1], 400, 0))
    found = augment(same, ["color"], Random(0, 0), probability).numpy()
    count = np.sum(np.any(found != same.numpy(), (1, 2, 3)))
    assert abs(count - changed) <= (0 if probability in (0, 1) else 35)     # four deviations


def test_gradients_flow_through_twice():
    x = tf.constant(IMAGES[:2])
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = tf.reduce_sum(augment(x, tuple(AUGMENTATIONS), Random(0, 1))**3)
        first = inner.gradient(y, x)
        squares = tf.reduce_sum(first**2)
    second = outer.gradient(squares, x)
    step = 1e-2 * np.sign(second.numpy())

    def at(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            y = tf.reduce_sum(augment(images, tuple(AUGMENTATIONS), Random(0, 1))**3)
        return float(tf.reduce_sum(tape.gradient(y, images)**2))
    slope = (at(x + step) - at(x - step)) / 2
    assert slope == pytest.approx(float(tf.reduce_sum(second * step)), rel=0.02)
    assert abs(slope) > 1


def test_names_are_parsed_and_unknown_ones_refused():
    assert parse_augmentations(" cutout ,color") == ("color", "cutout")
    assert parse_augmentations("") == ()
    with pytest.raises(UserError, match="did you mean 'color'"):
        parse_augmentations("colour")

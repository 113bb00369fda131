"""Steps in a pyramid against their definition: Adam on each level of a sum of interpolated ones."""

import cv2
import numpy as np

from style.pyramid import Moments, _apply, _interpolation, pyramid_directions

RANDOM = np.random.default_rng(0)
SIZE = (7, 10)


def up(image):
    return cv2.resize(image[0], SIZE[::-1], interpolation=cv2.INTER_LINEAR)[None]


def test_interpolation_is_cv2_s_and_its_transpose_is_the_gradient():
    down, across = _interpolation(7, 3), _interpolation(10, 5)
    coarse = RANDOM.normal(size=(1, 3, 5, 3)).astype("float32")
    np.testing.assert_allclose(_apply(down, across, coarse), up(coarse), atol=1e-6)
    gradient = RANDOM.normal(size=(1, *SIZE, 3)).astype("float32")
    back = _apply(down.T, across.T, gradient)
    assert back.shape == coarse.shape
    np.testing.assert_allclose((back * coarse).sum(), (gradient * up(coarse)).sum(), rtol=1e-4)


def test_one_level_is_adam_and_two_are_the_sum():
    gradients = RANDOM.normal(size=(4, 1, *SIZE, 3)).astype("float32")
    one, two = (pyramid_directions(*SIZE, levels=levels) for levels in (1, 2))
    plain, coarse = Moments(), Moments()
    for gradient in gradients:
        expected = plain.direction(gradient)
        np.testing.assert_allclose(one(gradient), expected, atol=1e-6)
        small = _apply(_interpolation(7, 3).T, _interpolation(10, 5).T, gradient)
        np.testing.assert_allclose(two(gradient), expected + up(coarse.direction(small)), atol=1e-5)
    np.testing.assert_allclose(pyramid_directions(1, 1)(np.ones((1, 1, 1, 3), "float32")), 4,
                               rtol=1e-5)

"""Kept colours, against their definitions."""

import numpy as np
import pytest

from style.colors import coral, with_luminance

rng = np.random.default_rng(0)
CONTENT = (0.3 * rng.normal(size=(1, 20, 30, 3)) @ rng.normal(size=(3, 3)) * 0.5).clip(-1, 1)
STYLE = (0.3 * rng.normal(size=(1, 15, 12, 3)) + [0.1, -0.2, 0.0]).clip(-1, 1)


def yuv(image):
    y = image @ [0.299, 0.587, 0.114]
    return y, 0.492 * (image[..., 2] - y), 0.877 * (image[..., 0] - y)


def test_luminance_of_one_and_chroma_of_the_other():
    content, image = 0.3 * CONTENT, 0.3 * rng.uniform(-1, 1, CONTENT.shape)
    kept = with_luminance(content, image)
    for found, expected in zip(yuv(kept), (yuv(image)[0], *yuv(content)[1:]), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_out_of_range_is_clipped_and_a_smaller_result_is_the_top_left():
    white = np.full((1, 18, 30, 3), 5.0)
    kept = with_luminance(CONTENT, white)
    assert kept.shape == white.shape and kept.max() == 1 and kept.min() >= -1
    np.testing.assert_allclose(with_luminance(CONTENT, CONTENT[:, :10, :20]),
                               CONTENT[:, :10, :20], atol=1e-6)


def test_coral_gives_the_mean_and_covariance_of_the_content():
    recoloured = coral(STYLE, 0.4 * CONTENT).reshape(-1, 3)
    assert np.abs(recoloured).max() < 1                 # nothing was clipped
    wanted = 0.4 * CONTENT.reshape(-1, 3)
    np.testing.assert_allclose(recoloured.mean(0), wanted.mean(0), atol=1e-6)
    np.testing.assert_allclose(np.cov(recoloured.T), np.cov(wanted.T), rtol=0.03, atol=3e-4)


def test_coral_of_an_image_with_itself_is_itself():
    np.testing.assert_allclose(coral(STYLE, STYLE), STYLE, atol=1e-6)


def test_coral_does_not_depend_on_how_often_an_image_is_repeated():
    content = 0.4 * CONTENT
    small, large = (coral(STYLE, np.tile(content, (1, n, n, 1))) for n in (1, 4))
    np.testing.assert_allclose(small, large, atol=4e-3)


@pytest.mark.parametrize("grey", [np.zeros((1, 4, 4, 3)), np.linspace(-1, 1, 16).repeat(3).reshape(
    1, 4, 4, 3)])
def test_coral_of_one_colour_or_of_grey(grey):
    assert np.isfinite(coral(grey, CONTENT)).all()
    shades = coral(STYLE, grey)
    assert np.isfinite(shades).all()
    np.testing.assert_allclose(shades.reshape(-1, 3).mean(0), grey.reshape(-1, 3).mean(0), atol=0.1)

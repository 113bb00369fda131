"""Whitened and coloured activations have the style's moments."""

import numpy as np
import pytest

from nets.whitening import whiten_and_colour


def activations(height, width, seed, rank=5):
    rng = np.random.default_rng(seed)
    mixed = rng.normal(size=(1, height, width, rank)) @ (
        np.eye(5) + 0.3 * rng.normal(size=(5, 5)))[:rank]
    return (mixed + rng.normal(size=5)).astype("float32")


def moments(activations):
    rows = activations.reshape(-1, activations.shape[-1]).astype(float)
    return rows.mean(0), np.cov(rows.T, bias=True)


def test_mean_and_covariance_are_the_style_s():
    content, style = activations(9, 11, 0), activations(7, 6, 1)
    made = whiten_and_colour(content, style)
    assert made.shape == content.shape and made.dtype == np.float32
    for found, wanted, before in zip(moments(made), moments(style), moments(content), strict=True):
        np.testing.assert_allclose(found, wanted, atol=2e-5)
        assert np.abs(before - wanted).max() > 0.3


def test_a_content_in_its_own_style_stays():
    content = activations(9, 11, 0)
    np.testing.assert_allclose(whiten_and_colour(content, content), content, atol=2e-5)


def test_two_channels_by_hand():
    """Of diagonal covariances the map is a factor for each channel."""
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], float)
    content, style = (signs * [1, 2] + [5, 0]), (signs * [3, 4] + [-1, 7])
    made = whiten_and_colour(content.reshape(1, 2, 2, 2), style.reshape(1, 4, 1, 2))
    np.testing.assert_allclose(made.reshape(4, 2), style, atol=1e-6)


@pytest.mark.parametrize("rank", [0, 2])
def test_a_content_that_varies_in_few_directions(rank):
    content, style = activations(9, 11, 0, rank), activations(7, 6, 1)
    made = whiten_and_colour(content, style)
    mean, covariance = moments(made)
    assert np.isfinite(made).all() and np.linalg.matrix_rank(covariance, 1e-4) == rank
    np.testing.assert_allclose(mean, moments(style)[0], atol=1e-5)

"""Activations of several sizes at a quarter of the image, by hand."""

import numpy as np
import pytest

from nets.hypercolumns import channels_of, hypercolumns, shrinkage

LAYERS = ("block1_conv2", "block1_pool", "block3_conv1", "block4_conv1")


def test_each_layer_comes_to_a_quarter():
    random = np.random.default_rng(0)
    parts = [random.normal(size=(1, 16 // s, 24 // s, c)).astype("float32")
             for s, c in ((1, 2), (2, 3), (4, 4), (8, 5))]
    found = hypercolumns(parts, LAYERS).numpy()
    assert found.shape == (1, 4, 6, 14)
    for y, x in np.ndindex(4, 6):
        big, half = parts[0][0, 4 * y:4 * y + 4, 4 * x:4 * x + 4], parts[1][
            0, 2 * y:2 * y + 2, 2 * x:2 * x + 2]
        np.testing.assert_allclose(found[0, y, x, :2], big.mean((0, 1)), atol=1e-6)
        np.testing.assert_allclose(found[0, y, x, 2:5], half.mean((0, 1)), atol=1e-6)
    np.testing.assert_array_equal(found[..., 5:9], parts[2])
    deep, seen = parts[3][0], found[0, ..., 9:]
    np.testing.assert_allclose(seen[0, 0], deep[0, 0], atol=1e-6)       # the edge is repeated
    between = 0.75 * deep[0, 0] + 0.25 * deep[0, 1]
    np.testing.assert_allclose(seen[0, 1], between, atol=1e-6)
    np.testing.assert_allclose(seen[1, 1], 0.75 * between + 0.25 * (
        0.75 * deep[1, 0] + 0.25 * deep[1, 1]), atol=1e-6)


@pytest.mark.parametrize("layer, by", [("block1_conv2", 1), ("block1_pool", 2), ("block4_conv3", 8),
                                       ("block5_pool", 32)])
def test_by_what_a_layer_divides(layer, by):
    assert shrinkage(layer) == by


def test_channels():
    assert channels_of(LAYERS) == [(0, 64), (64, 128), (128, 384), (384, 896)]

"""Hypercolumns in strips are those of the whole image, also where rows are interpolated."""

import numpy as np
import pytest

from nets.hypercolumns import hypercolumns
from nets.vgg import VGGFeatures
from style.hypercolumns import Hypercolumns


@pytest.mark.parametrize("layers", [("block1_conv1", "block2_conv1", "block3_conv1"),
                                    ("block1_conv2",), ("block2_conv2", "block4_conv1")])
def test_strips_are_the_whole(layers):
    image = np.random.default_rng(0).uniform(-1, 1, (1, 128, 16, 3)).astype("float32")
    expected = hypercolumns(VGGFeatures(layers, None)(image), layers).numpy()
    phi = Hypercolumns(layers, None)
    assert phi.scale == (8 if layers[-1].startswith("block4") else 4)
    np.testing.assert_allclose(phi.compute(image), expected, atol=1e-5 * np.abs(expected).max())
    assert phi.size(128, 16) == expected.nbytes
    rows = 2 * phi._margin() + 2 * phi.scale
    held = 12345
    small = Hypercolumns(layers, None, memory_limit=(
        held + 2 * phi.size(128, 16) + rows * 16 * phi.bytes_per_pixel))
    strips = small.strips(128, 16, held + 2 * phi.size(128, 16))
    assert len(strips) == 128 // (2 * phi.scale)
    assert [strip.rows.start for strip in strips[1:]] == [strip.rows.stop for strip in strips[:-1]]
    np.testing.assert_allclose(small.compute(image, held), expected,
                               atol=1e-5 * np.abs(expected).max())

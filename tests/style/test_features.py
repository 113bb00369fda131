"""Activations in strips are those of the whole image."""

import numpy as np
import pytest

from framework.errors import UserError
from nets.vgg import VGGFeatures
from style import features
from style.features import FeatureStrips, layer_size


def picture(height, width, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (1, height, width, 3)).astype("float32")


def limit(rows, width):
    return features.BYTES_PER_PIXEL * width * rows


@pytest.mark.parametrize("layer, rows", [
    ("block1_conv1", 3), ("block1_conv2", 7), ("block2_conv1", 12), ("block3_conv1", 30),
    ("block2_pool", 20), ("rgb", 1)])
@pytest.mark.parametrize("height", [61, 64])
def test_strips_are_seamless(layer, rows, height):
    image = picture(height, 24)
    whole = FeatureStrips(layer, None)
    held = 2 * whole.size(height, 24)
    small = FeatureStrips(layer, None, memory_limit=limit(rows, 24) + held)
    assert len(small.strips(height, 24, held)) > 2
    assert len(whole.strips(height, 24)) == 1
    np.testing.assert_allclose(small(image), whole(image), rtol=1e-5, atol=1e-3)
    if layer != "rgb":
        np.testing.assert_allclose(whole(image), VGGFeatures([layer], None)(image)[0], rtol=1e-5,
                                   atol=1e-3)
    assert whole(image).shape[1:3] == layer_size(layer, height, 24)
    assert whole.size(height, 24) == whole(image).numpy().nbytes


def test_no_strip_is_taller_than_the_limit():
    phi = FeatureStrips("block3_conv1", None, memory_limit=limit(40, 100))
    found = phi.strips(333, 100)
    assert max(s.pixels.stop - s.pixels.start for s in found) <= 40
    assert [s.rows.start for s in found] == [0, *(s.rows.stop for s in found[:-1])]
    assert found[-1].rows.stop == 83 and found[-1].pixels.stop == 333


def test_a_limit_below_one_row_is_refused():
    with pytest.raises(UserError, match=r"block3_conv1 of an image of 5000x300 need \d+ MiB"):
        FeatureStrips("block3_conv1", None, memory_limit=limit(10, 5000)).strips(300, 5000)
    assert len(FeatureStrips("block3_conv1", None, memory_limit=limit(10, 50)).strips(10, 50)) == 1
    with pytest.raises(UserError, match="need"):
        FeatureStrips("block3_conv1", None, memory_limit=limit(10, 50)).strips(10, 50, held=1)


def test_rgb_is_what_vgg_takes():
    np.testing.assert_allclose(FeatureStrips("rgb")(np.ones((1, 2, 2, 3), "float32"))[0, 0, 0],
                               [151.061, 138.221, 131.320], rtol=1e-5)


def test_the_last_image_is_remembered():
    phi, image = FeatureStrips("block1_conv1", None), picture(8, 8)
    first = phi(image)
    assert phi(image) is first
    np.testing.assert_array_equal(phi.compute(image), first)
    assert (np.array(phi(picture(8, 8, 1))) != np.array(first)).any() and phi(image) is not first


def test_images_too_small_and_layers_unknown():
    with pytest.raises(UserError, match="3x3 are too small"):
        FeatureStrips("block3_conv1", None)(picture(3, 3))
    with pytest.raises(UserError, match="did you mean 'block3_conv1'"):
        FeatureStrips("block3_con1", None)

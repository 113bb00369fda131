"""The tables of the nets; their numbers are checked in test_lpips.py."""

import numpy as np
import pytest

from framework.errors import UserError
from metrics.backbones import check_images, kernel_shapes, random_weights, smallest_size
from metrics.weights import LPIPS_CHANNELS


@pytest.mark.parametrize("net, parameters", [("alex", 2_469_696), ("vgg", 14_714_688),
                                             ("squeeze", 722_496)])
def test_as_many_parameters_as_torchvisions(net, parameters):
    found = kernel_shapes(net).values()
    assert sum(int(np.prod(shape)) + shape[3] for shape in found) == parameters


def test_kernels_fit_together():
    shapes = kernel_shapes("squeeze")
    assert shapes["features.0"] == (3, 3, 3, 64)
    assert shapes["features.9.squeeze"] == (1, 1, 256, 48)
    assert shapes["features.12.expand3x3"] == (3, 3, 64, 256)
    assert kernel_shapes("alex")["features.3"] == (5, 5, 64, 192)
    assert [len(LPIPS_CHANNELS[net]) for net in ("alex", "vgg", "squeeze")] == [5, 5, 7]


def test_random_weights_keep_the_size_of_activations_and_are_the_same_each_time():
    first, again = random_weights("squeeze"), random_weights("squeeze")
    kernel = first["features.12.expand3x3/kernel"]
    np.testing.assert_array_equal(kernel, again["features.12.expand3x3/kernel"])
    assert np.std(kernel) == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.01)
    assert not first["features.0/bias"].any()


def test_the_smallest_images():
    """AlexNet: 31 -> 7 -> 3 -> 1; VGG16: four halvings; SqueezeNet: 17 -> 8 -> 4 -> 2 -> 1."""
    assert [smallest_size(net) for net in ("alex", "vgg", "squeeze")] == [31, 16, 17]
    check_images("alex", (31, 31, 1))
    for shape, why in (((30, 31, 3), "30x31 are too small for AlexNet"), ((31, 31, 4), "channels"),
                       ((2,), "channels")):
        with pytest.raises(UserError, match=why):
            check_images("alex", shape)

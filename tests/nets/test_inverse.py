"""The inverse network against table B.2 and the truncated VGG-19 against B.1."""

import keras
import numpy as np
import pytest

from nets.architectures import Row
from nets.architectures.style import CHANNELS, INVERSE_NETWORK, INVERTED
from nets.build import build_convolutional
from nets.inverse import CARRIED, build_inverse, squares, window
from nets.vgg import VGGFeatures

# (output for an input of 16x24x256, kernel and biases, scale and shift of the instance norm)
ROWS = [((16, 24, 128), 9 * 256 * 128 + 128, 2 * 128),
        ((32, 48, 128), 9 * 128 * 128 + 128, 2 * 128),
        ((32, 48, 64), 9 * 128 * 64 + 64, 2 * 64), ((64, 96, 64), 9 * 64 * 64 + 64, 2 * 64),
        ((64, 96, 3), 9 * 64 * 3 + 3, 0)]


@pytest.fixture(scope="module")
def net():
    return build_inverse()


def test_rows_of_the_table(net):
    ends = [f"inverse_row{i}_relu" for i in range(1, 5)] + ["inverse_row5_conv"]
    rows = keras.Model(net.input, [net.get_layer(name).output for name in ends])
    shapes = [y.shape[1:] for y in rows(np.zeros((1, 16, 24, CHANNELS), "float32"))]
    assert shapes == [shape for shape, _, _ in ROWS]


def test_parameters(net):
    convolutions = sum(v.value.shape.num_elements() for v in net.variables if "conv/" in v.path)
    assert convolutions == sum(n for _, n, _ in ROWS) == 555_075
    assert net.count_params() - convolutions == sum(n for _, _, n in ROWS) == 768


def test_any_size(net):
    for height, width in ((1, 1), (3, 5)):
        made = net(np.ones((2, height, width, CHANNELS), "float32"))
        assert made.shape == (2, 4 * height, 4 * width, 3)


def test_a_narrow_one_reads_and_makes_the_same():
    net = build_inverse(0.125)
    assert net.input_shape[-1] == CHANNELS and net.output_shape[-1] == 3
    assert [v.shape[-1] for v in net.variables if v.path.endswith("conv/kernel")] == [
        16, 16, 8, 8, 3]


def test_orthogonal_start(net):
    kernel = net.get_layer("inverse_row2_conv").get_weights()[0].reshape(-1, 128)
    np.testing.assert_allclose(kernel.T @ kernel, 2 * np.eye(128), atol=1e-5)


def test_instance_norm_of_the_specification():
    """arange(8) as 2x2 positions of two channels: both give the same four values."""
    net = build_convolutional((Row("input", norm="instance"),), 2)
    made = net(np.arange(8, dtype="float32").reshape(1, 2, 2, 2))
    values = np.array([-1.341639, -0.447215, 0.447215, 1.341639])
    np.testing.assert_allclose(made, np.stack([values] * 2, -1).reshape(1, 2, 2, 2), atol=2e-6)


def test_table_b1():
    """VGG-19 to relu3_1: five convolutions of 3x3 and two poolings."""
    model = VGGFeatures([INVERTED], "random").model
    filters = [layer.filters for layer in model.layers if "conv" in layer.name]
    assert filters == [64, 64, 128, 128, CHANNELS]
    assert sum("pool" in layer.name for layer in model.layers) == 2
    assert model(np.zeros((1, 16, 24, 3), "float32")).shape == (1, 4, 6, CHANNELS)
    assert len(INVERSE_NETWORK) == len(filters)


def test_reflected_edges_draw_no_frame():
    """Of an image that is the same everywhere, zeros beyond its edge make something else there."""
    same = np.ones((1, 6, 5, CHANNELS), "float32")
    frames = []
    for padding in ("same", "reflect"):
        keras.utils.set_random_seed(0)
        made = build_inverse(0.125, padding=padding, norm=None)(same).numpy()
        frames.append(np.abs(made - made[:, 12:13, 10:11]).max() / np.abs(made).max())
    assert frames[0] > 0.1 and frames[1] < 1e-5


def test_without_a_norm_it_knows_how_strong_activations_are():
    activations = np.random.default_rng(0).uniform(0, 1, (1, 6, 5, CHANNELS)).astype("float32")
    for norm, knows in (("instance", False), (None, True)):
        net = build_inverse(0.125, norm=norm)
        once, twice = (net(times * activations).numpy() for times in (1, 2))
        change = np.abs(twice - once).max() / np.abs(once).max()
        assert change > 0.5 if knows else change < 0.05


def test_squares_are_the_pixels_at_their_position():
    images = np.random.default_rng(0).uniform(-1, 1, (2, 10, 13, 3)).astype("float32")
    found = squares(images).numpy()
    assert found.shape == (2, 2, 3, CARRIED)
    for y in range(2):
        for x in range(3):
            own = images[:, 4 * y:4 * y + 4, 4 * x:4 * x + 4]
            np.testing.assert_array_equal(found[:, y, x], own.reshape(2, -1))


def test_one_that_repaints_begins_with_the_pixels_that_were_carried():
    images = np.random.default_rng(1).uniform(-1, 1, (1, 12, 20, 3)).astype("float32")
    activations = np.random.default_rng(2).uniform(0, 300, (1, 3, 5, CHANNELS)).astype("float32")
    net = build_inverse(0.125, norm=None, repaints=True)
    both = np.concatenate([activations, squares(images)], -1)
    np.testing.assert_allclose(net(both), images, atol=1e-6)
    last = net.get_layer("inverse_row5_conv")
    last.set_weights([np.full(w.shape, 0.01, "float32") for w in last.get_weights()])
    drawn = net(both).numpy() - images
    assert np.abs(drawn).max() > 1e-3
    both[..., 0] += 100                                 # it reads the activations as well
    assert np.abs(net(both).numpy() - images - drawn).max() > 1e-5
    assert all("squares" not in v.path for v in net.trainable_variables)


def test_the_window_is_a_pyramid_over_a_patch_s_pixels():
    """Linear to its edges in both directions, and the same for each colour."""
    weights = window(3)
    assert weights.shape == (3, 3, 48)
    pixels = weights.reshape(3, 3, 4, 4, 3).transpose(0, 2, 1, 3, 4).reshape(12, 12, 3)
    ramp = np.array([1, 3, 5, 7, 9, 11, 11, 9, 7, 5, 3, 1]) / 12
    for colour in range(3):
        np.testing.assert_allclose(pixels[..., colour], np.outer(ramp, ramp), atol=1e-6)

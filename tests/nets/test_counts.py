"""Every net's layer shapes and parameter counts against numbers worked out by hand.

A row's parameters are written as kernel (k k in out or in out) + biases, + 4 per channel for
batch norm (scale, offset and two moving statistics) or 2 for layer norm, + 1 per channel (or
unit) for PReLU.
"""

import pytest

from nets.architectures import DISCRIMINATORS, GENERATORS, Architecture, use_resize_convolutions
from nets.build import build_discriminators, build_generators
from nets.classifier import build_classifier
from nets.encoder import build_encoder


def counted(net, prefix) -> list[int]:
    """Parameters of each row that has any, by the rows' names."""
    rows = {}
    for layer in net.layers:
        if layer.weights:
            row = layer.name.split("_")[1]
            rows[row] = rows.get(row, 0) + layer.count_params()
    assert all(layer.name.startswith(prefix) for layer in net.layers if layer.weights)
    return list(rows.values())



def up(inputs, outputs):
    """A pre-activated row with batch norm: two 3x3, one 1x1 and two norms."""
    return (4 * inputs + 9 * inputs * outputs + outputs + 4 * outputs + 9 * outputs * outputs
            + outputs + inputs * outputs + outputs)


def spectral(taps, inputs, outputs):
    """Kernel, bias, scale and the vector of the power method."""
    return taps * inputs * outputs + outputs + 1 + outputs


def down(inputs, outputs):
    """A pre-activated row with spectral norm: two 3x3 and one 1x1."""
    return (spectral(9, inputs, outputs) + spectral(9, outputs, outputs)
            + spectral(1, inputs, outputs))


GENERATOR_ROWS = {
    "toy": [(100 * 128 + 128, (128,)), (128 * 128 + 128, (128,)), (128 * 128 + 128, (128,)),
            (128 * 2 + 2, (2,))],
    "digit": [
        (100 * 16384 + 16384 + 4 * 1024 + 1024, (4, 4, 1024)),
        (4 * 4 * 1024 * 1024 + 1024 + 4 * 1024 + 1024, (4, 4, 1024)),
        (3 * 3 * 1024 * 512 + 512 + 4 * 512 + 512, (8, 8, 512)),
        (3 * 3 * 512 * 256 + 256 + 4 * 256 + 256, (16, 16, 256)),
        (3 * 3 * 256 * 128 + 128 + 4 * 128 + 128, (32, 32, 128)),
        (6 * 6 * 128 * 3 + 3, (32, 32, 3))],
    "digit_small": [
        (100 * 16384 + 16384 + 4 * 1024 + 1024, (4, 4, 1024)),
        (3 * 3 * 1024 * 512 + 512 + 4 * 512 + 512, (8, 8, 512)),
        (3 * 3 * 512 * 256 + 256 + 4 * 256 + 256, (16, 16, 256)),
        (3 * 3 * 256 * 128 + 128 + 4 * 128 + 128, (32, 32, 128)),
        (6 * 6 * 128 * 3 + 3, (32, 32, 3))],
    "face128": [
        (100 * 16384 + 16384 + 5 * 1024, (4, 4, 1024)),
        (16 * 1024 * 512 + 512 + 5 * 512, (8, 8, 512)),
        (16 * 512 * 256 + 256 + 5 * 256, (16, 16, 256)),
        (16 * 256 * 128 + 128 + 5 * 128, (32, 32, 128)),
        (16 * 128 * 64 + 64 + 5 * 64, (64, 64, 64)),
        (16 * 64 * 32 + 32 + 5 * 32, (128, 128, 32)),
        (9 * 32 * 3 + 3, (128, 128, 3))],
    "face256": [
        (100 * 32768 + 32768 + 5 * 2048, (4, 4, 2048)),
        (16 * 2048 * 1024 + 1024 + 5 * 1024, (8, 8, 1024)),
        (16 * 1024 * 512 + 512 + 5 * 512, (16, 16, 512)),
        (16 * 512 * 256 + 256 + 5 * 256, (32, 32, 256)),
        (16 * 256 * 128 + 128 + 5 * 128, (64, 64, 128)),
        (16 * 128 * 64 + 64 + 5 * 64, (128, 128, 64)),
        (16 * 64 * 32 + 32 + 5 * 32, (256, 256, 32)),
        (9 * 32 * 3 + 3, (256, 256, 3))],
    "normless32": [
        (100 * 2048 + 2048, (4, 4, 128)),
        # 3x3 and 4x4 beside the 1x1, with biases each
        (9 * 128 * 96 + 16 * 96 * 96 + 128 * 96 + 3 * 96, (8, 8, 96)),
        (9 * 96 * 64 + 16 * 64 * 64 + 96 * 64 + 3 * 64, (16, 16, 64)),
        (16 * 64 * 3 + 3, (32, 32, 3))],
    "normless64": [
        (100 * 4096 + 4096, (4, 4, 256)),
        (9 * 256 * 192 + 16 * 192 * 192 + 256 * 192 + 3 * 192, (8, 8, 192)),
        (9 * 192 * 128 + 16 * 128 * 128 + 192 * 128 + 3 * 128, (16, 16, 128)),
        (9 * 128 * 64 + 16 * 64 * 64 + 128 * 64 + 3 * 64, (32, 32, 64)),
        (16 * 64 * 3 + 3, (64, 64, 3))],
    "normless128": [
        (100 * 4096 + 4096, (4, 4, 256)),
        (9 * 256 * 192 + 16 * 192 * 192 + 256 * 192 + 3 * 192, (8, 8, 192)),
        (9 * 192 * 128 + 16 * 128 * 128 + 192 * 128 + 3 * 128, (16, 16, 128)),
        (9 * 128 * 64 + 16 * 64 * 64 + 128 * 64 + 3 * 64, (32, 32, 64)),
        (9 * 64 * 32 + 16 * 32 * 32 + 64 * 32 + 3 * 32, (64, 64, 32)),
        (16 * 32 * 3 + 3, (128, 128, 3))],
    "residual64": [
        (100 * 4096 + 4096 + 4 * 256, (4, 4, 256)),
        (16 * 256 * 256 + 256 + 4 * 256, (8, 8, 256)),
        (16 * 256 * 256 + 256 + 4 * 256, (16, 16, 256)),
        *[(2 * (9 * 256 * 256 + 256 + 4 * 256), (16, 16, 256))] * 6,
        (16 * 256 * 128 + 128 + 4 * 128, (32, 32, 128)),
        (16 * 128 * 64 + 64 + 4 * 64, (64, 64, 64)),
        (49 * 64 * 3 + 3, (64, 64, 3))],
    "residual128": [
        (100 * 16384 + 16384 + 4 * 256, (8, 8, 256)),
        (16 * 256 * 256 + 256 + 4 * 256, (16, 16, 256)),
        (16 * 256 * 256 + 256 + 4 * 256, (32, 32, 256)),
        *[(2 * (9 * 256 * 256 + 256 + 4 * 256), (32, 32, 256))] * 6,
        (16 * 256 * 128 + 128 + 4 * 128, (64, 64, 128)),
        (16 * 128 * 64 + 64 + 4 * 64, (128, 128, 64)),
        (49 * 64 * 3 + 3, (128, 128, 3))],
    "quick": [
        (100 * 2048 + 2048 + 4 * 128, (4, 4, 128)),
        (16 * 128 * 96 + 96 + 4 * 96, (8, 8, 96)),
        (16 * 96 * 64 + 64 + 4 * 64, (16, 16, 64)),
        (16 * 64 * 3 + 3, (32, 32, 3))],
    "quick_deep": [
        (100 * 2048 + 2048 + 4 * 128, (4, 4, 128)),
        (16 * 128 * 96 + 96 + 4 * 96, (8, 8, 96)),
        (16 * 96 * 64 + 64 + 4 * 64, (16, 16, 64)),
        (16 * 64 * 32 + 32 + 4 * 32, (32, 32, 32)),
        (9 * 32 * 3 + 3, (32, 32, 3))],
    "dcgan64": [
        (100 * 16384 + 16384 + 4 * 1024, (4, 4, 1024)),
        (25 * 1024 * 512 + 512 + 4 * 512, (8, 8, 512)),
        (25 * 512 * 256 + 256 + 4 * 256, (16, 16, 256)),
        (25 * 256 * 128 + 128 + 4 * 128, (32, 32, 128)),
        (25 * 128 * 3 + 3, (64, 64, 3))],
    "dcgan28": [
        (100 * 12544 + 12544 + 4 * 256, (7, 7, 256)),
        (25 * 256 * 128 + 128 + 4 * 128, (14, 14, 128)),
        (25 * 128 * 3 + 3, (28, 28, 3))],
    "resnet160": [
        (100 * 51200 + 51200, (10, 10, 512)), (up(512, 512), (20, 20, 512)),
        (up(512, 256), (40, 40, 256)), (up(256, 128), (80, 80, 128)),
        (up(128, 64), (160, 160, 64)), (4 * 64, (160, 160, 64)),
        (9 * 64 * 3 + 3, (160, 160, 3))],
    "resnet64": [
        (100 * 16384 + 16384, (4, 4, 1024)), (up(1024, 512), (8, 8, 512)),
        (up(512, 256), (16, 16, 256)), (up(256, 128), (32, 32, 128)),
        (up(128, 64), (64, 64, 64)), (4 * 64, (64, 64, 64)), (9 * 64 * 3 + 3, (64, 64, 3))],
}

DISCRIMINATOR_ROWS = {
    "toy": [2 * 128 + 128, 128 * 128 + 128, 128 * 128 + 128, 128 * 1 + 1],
    "digit": [25 * 3 * 20 + 20, 25 * 20 * 50 + 50, 8 * 8 * 50 * 500 + 500 + 500, 500 * 1 + 1],
    "digit_small": [25 * 3 * 20 + 20, 25 * 20 * 50 + 50, 8 * 8 * 50 * 500 + 500 + 500, 501],
    "face128": [
        4 * 3, 25 * 3 * 32 + 32 + 5 * 32, 25 * 32 * 64 + 64 + 5 * 64,
        25 * 64 * 128 + 128 + 5 * 128, 9 * 128 * 256 + 256 + 5 * 256,
        9 * 256 * 512 + 512 + 5 * 512, 9 * 512 * 1024 + 1024 + 5 * 1024,
        2 * 2 * 1024 * 2048 + 2048 + 5 * 2048, 2048 * 1 + 1],
    "face256": [
        4 * 3, 25 * 3 * 32 + 32 + 5 * 32, 25 * 32 * 64 + 64 + 5 * 64,
        25 * 64 * 128 + 128 + 5 * 128, 9 * 128 * 256 + 256 + 5 * 256,
        9 * 256 * 512 + 512 + 5 * 512, 9 * 512 * 1024 + 1024 + 5 * 1024,
        4 * 4 * 1024 * 2048 + 2048 + 5 * 2048, 2048 * 1 + 1],
    "normless32": [
        16 * 3 * 32 + 32, 16 * 32 * 64 + 9 * 64 * 64 + 32 * 64 + 3 * 64,
        16 * 64 * 128 + 9 * 128 * 128 + 64 * 128 + 3 * 128, 4 * 4 * 128 + 1],
    "normless64": [
        16 * 3 * 32 + 32, 16 * 32 * 64 + 9 * 64 * 64 + 32 * 64 + 3 * 64,
        16 * 64 * 128 + 9 * 128 * 128 + 64 * 128 + 3 * 128,
        16 * 128 * 256 + 9 * 256 * 256 + 128 * 256 + 3 * 256, 4 * 4 * 256 + 1],
    "normless128": [
        16 * 3 * 16 + 16, 16 * 16 * 32 + 9 * 32 * 32 + 16 * 32 + 3 * 32,
        16 * 32 * 64 + 9 * 64 * 64 + 32 * 64 + 3 * 64,
        16 * 64 * 128 + 9 * 128 * 128 + 64 * 128 + 3 * 128,
        16 * 128 * 256 + 9 * 256 * 256 + 128 * 256 + 3 * 256, 4 * 4 * 256 + 1],
    "residual64": [
        16 * 3 * 64 + 64, 16 * 64 * 128 + 128 + 2 * 128, 16 * 128 * 256 + 256 + 2 * 256,
        16 * 256 * 512 + 512 + 2 * 512, 16 * 512 * 1 + 1],
    "residual128": [
        16 * 3 * 64 + 64, 16 * 64 * 128 + 128 + 2 * 128, 16 * 128 * 256 + 256 + 2 * 256,
        16 * 256 * 512 + 512 + 2 * 512, 16 * 512 * 1 + 1],
    "quick": [9 * 3 * 32 + 32, 9 * 32 * 64 + 64 + 4 * 64, 9 * 64 * 128 + 128 + 4 * 128,
              4 * 4 * 128 * 1 + 1],
    "quick_deep": [9 * 3 * 16 + 16, 9 * 16 * 32 + 32, 9 * 32 * 64 + 64 + 4 * 64,
                   9 * 64 * 128 + 128 + 4 * 128, 4 * 4 * 128 * 1 + 1],
    "dcgan64": [25 * 3 * 64 + 64, 25 * 64 * 128 + 128 + 4 * 128, 25 * 128 * 256 + 256 + 4 * 256,
                25 * 256 * 512 + 512 + 4 * 512, 4 * 4 * 512 * 1 + 1],
    "dcgan28": [25 * 3 * 64 + 64, 25 * 64 * 128 + 128 + 4 * 128, 7 * 7 * 128 * 1 + 1],
    "resnet160": [25 * 3 * 64 + 64, 25 * 64 * 128 + 128 + 4 * 128, 25 * 128 * 256 + 256 + 4 * 256,
                  25 * 256 * 512 + 512 + 4 * 512, 10 * 10 * 512 * 1 + 1],
    "resnet64": [down(3, 64), down(64, 128), down(128, 256), down(256, 512), down(512, 1024),
                 spectral(1, 1024, 1)],
}


@pytest.mark.parametrize("name", GENERATORS)
def test_generator(name):
    net = build_generators(GENERATORS[name], 1, 0)[0]
    counts, shapes = zip(*GENERATOR_ROWS[name], strict=True)
    assert counted(net, "g1_row") == list(counts)
    assert [feature.shape[1:] for feature in net.output["features"]] == list(shapes)
    assert net.output["image"].shape[1:] == shapes[-1]
    assert net.count_params() == sum(counts)


@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_discriminator(name):
    net = build_discriminators(DISCRIMINATORS[name], 1, 0)[0]
    assert counted(net, "d1_row") == DISCRIMINATOR_ROWS[name]
    assert net.input_shape == (None, *DISCRIMINATORS[name].image_shape)
    assert net.output_shape == (None, 1)


def test_the_digit_generator_in_one_number():
    """The thesis's code counts 24,914,819, with a PReLU slope per element, not per channel."""
    per_channel, per_element = (
        2 * 1024 + 512 + 256 + 128,
        2 * 4 * 4 * 1024 + 8 * 8 * 512 + 16 * 16 * 256 + 32 * 32 * 128)
    count = build_generators(GENERATORS["digit"], 1, 0)[0].count_params()
    assert count == 24_655_619
    assert count - per_channel + per_element == 24_914_819


@pytest.mark.parametrize("norm, statistics", [(None, 4), ("layer", 2), ("none", 0)])
def test_norm_of_the_face_critic(norm, statistics):
    normed = 3 + 32 + 64 + 128 + 256 + 512 + 1024 + 2048
    bare = sum(DISCRIMINATOR_ROWS["face128"]) - 4 * normed
    net = build_discriminators(DISCRIMINATORS["face128"], 1, 0, norm=norm)[0]
    assert net.count_params() == bare + statistics * normed


def test_width():
    net = build_generators(GENERATORS["quick"], 1, 0, latent_dim=10, width=0.25)[0]
    assert counted(net, "g1_row") == [
        10 * 512 + 512 + 4 * 32, 16 * 32 * 24 + 24 + 4 * 24, 16 * 24 * 16 + 16 + 4 * 16,
        16 * 16 * 3 + 3]
    net = build_discriminators(DISCRIMINATORS["quick"], 1, 0, width=0.5, outputs=7)[0]
    assert counted(net, "d1_row") == [
        9 * 3 * 16 + 16, 9 * 16 * 32 + 32 + 4 * 32, 9 * 32 * 64 + 64 + 4 * 64,
        4 * 4 * 64 * 7 + 7]


def test_resize_then_convolve():
    table = use_resize_convolutions(GENERATORS["quick"].table)
    for net in (build_generators(Architecture(table), 1, 0)[0],
                build_generators(GENERATORS["quick"], 1, 0, upsampling="resize")[0]):
        assert counted(net, "g1_row") == [
            100 * 2048 + 2048 + 4 * 128, 9 * 128 * 96 + 96 + 4 * 96,
            9 * 96 * 64 + 64 + 4 * 64, 9 * 64 * 3 + 3]
        assert [f.shape[1] for f in net.output["features"]] == [4, 8, 16, 32]


def test_latent_encoder():
    """32 -> 32 -> 16 -> 8 -> 4: 4x4x256 reaches the dense layer."""
    net = build_encoder((32, 32, 3), 100)
    assert counted(net, "encoder_row") == [
        9 * 3 * 64 + 64, 9 * 64 * 128 + 128, 9 * 128 * 128 + 128, 9 * 128 * 256 + 256,
        4 * 4 * 256 * 100 + 100]
    assert net.output_shape == (None, 100)
    points = build_encoder((2,), 10)
    assert counted(points, "encoder_row") == [384, 16512, 16512, 128 * 10 + 10]


@pytest.mark.parametrize("table, image_shape, classes, rows", [
    ("B.1", (32, 32, 3), 10, [
        9 * 3 * 32 + 32, 9 * 32 * 64 + 64, 14 * 14 * 64 * 128 + 128, 128 * 10 + 10]),
    ("B.2", (128, 128, 3), 13, [896, 18496, 62 * 62 * 64 * 128 + 128, 128 * 13 + 13]),
    ("quick", (32, 32, 3), 10, [
        25 * 3 * 32 + 32 + 4 * 32, 9 * 32 * 64 + 64 + 4 * 64, 9 * 64 * 128 + 128 + 4 * 128,
        4 * 4 * 128 * 10 + 10]),
])
def test_classifier(table, image_shape, classes, rows):
    net = build_classifier(image_shape, classes, table)
    assert counted(net, "classifier_row") == rows
    assert net.output_shape == (None, classes)

"""Residual rows that change the size, against numpy."""

import numpy as np
import pytest

from nets.architectures import GENERATORS, Row
from nets.build import build_convolutional, build_generators

LEAKY = {"activation": "leaky0.2"}
X = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype("float32")


def leaky(x):
    return np.where(x > 0, x, 0.2 * x)


def convolved(x, kernel, stride=1):
    """A "same" convolution by loops, in float64. x [B, H, W, C], kernel [k, k, C, D]."""
    size, (height, width) = kernel.shape[0], x.shape[1:3]
    before = max(size - stride, 0) // 2
    padded = np.pad(x, ((0, 0), (before, size), (before, size), (0, 0))).astype("float64")
    made = np.zeros((len(x), height // stride, width // stride, kernel.shape[-1]))
    for i in range(made.shape[1]):
        for j in range(made.shape[2]):
            patch = padded[:, stride * i:stride * i + size, stride * j:stride * j + size]
            made[:, i, j] = np.einsum("bklc,klcd->bd", patch, kernel)
    return made


def transposed(x, kernel, stride):
    """The transposed convolution of x [B, H, W, C] by kernel [k, k, D, C], the adjoint of
    `convolved`."""
    size, (height, width) = kernel.shape[0], x.shape[1:3]
    before = (size - stride) // 2
    made = np.zeros((len(x), stride * height + size, stride * width + size, kernel.shape[2]))
    for i in range(height):
        for j in range(width):
            made[:, stride * i:stride * i + size, stride * j:stride * j + size] += np.einsum(
                "bc,kldc->bkld", x[:, i, j], kernel)
    return made[:, before:before + stride * height, before:before + stride * width]


def net_of(kind):
    net = build_convolutional((Row(kind, 5, 3, 2, **LEAKY),), 3)
    return net, {layer.name.partition("row1_")[2]: layer for layer in net.layers if layer.weights}


@pytest.mark.parametrize("kind, resized", [
    ("residual_up", lambda x: x.repeat(2, 1).repeat(2, 2)),
    ("residual_down", lambda x: x.reshape(2, 2, 2, 2, 2, 3).mean((2, 4)))])
def test_a_row_starts_as_the_resized_projection(kind, resized):
    net, layers = net_of(kind)
    project = np.array(layers["project"].kernel)[0, 0]
    np.testing.assert_allclose(net(X), resized(X) @ project, atol=1e-5)


@pytest.mark.parametrize("kind", ["residual_up", "residual_down"])
def test_a_row_with_other_weights(kind):
    net, layers = net_of(kind)
    random = np.random.default_rng(1)
    net.set_weights([random.normal(size=w.shape) for w in net.get_weights()])
    kernel, bias = ({name: np.array(w) for name, layer in layers.items()
                     for w in [layer.weights[k]]} for k in (0, 1))
    project = X @ kernel["project"][0, 0] + bias["project"]
    if kind == "residual_up":
        inner = leaky(convolved(leaky(X), kernel["conv_1"]) + bias["conv_1"])
        wanted = (transposed(inner, kernel["convt_2"], 2) + bias["convt_2"]
                  + project.repeat(2, 1).repeat(2, 2))
    else:
        inner = leaky(convolved(leaky(X), kernel["conv_1"], 2) + bias["conv_1"])
        wanted = (convolved(inner, kernel["conv_2"]) + bias["conv_2"]
                  + project.reshape(2, 2, 2, 2, 2, 5).mean((2, 4)))
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(np.array(net(X)) / scale, wanted / scale, atol=1e-5)
    assert np.abs(wanted).std() > 1


def test_images_at_the_start_have_contrast():
    """Without norms the start must neither saturate the image nor leave it grey."""
    net = build_generators(GENERATORS["normless32"], 1, 0, 64)[0]
    z = np.random.default_rng(0).uniform(-1, 1, (64, 64)).astype("float32")
    assert 0.05 < np.std(net(z, training=False)["image"]) < 0.9

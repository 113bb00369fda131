"""Pre-activated residual rows against numpy, and the nets that have them."""

from functools import partial
from typing import Any

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from framework.checkpoint import save_model
from nets.architectures import DISCRIMINATORS, GENERATORS, Row
from nets.build import build_convolutional, build_discriminators, build_generators, image_model

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(2, 4, 4, 3)).astype("float32")


def relu(x):
    return np.maximum(x, 0)


def convolved(x, kernel, bias):
    """A "same" convolution of stride 1 by loops. x [B, H, W, C], kernel [k, k, C, D]."""
    size, (height, width) = kernel.shape[0], x.shape[1:3]
    padded = np.pad(x, ((0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0))).astype("float64")
    return bias + sum(np.einsum("bhwc,cd->bhwd", padded[:, i:i + height, j:j + width],
                                kernel[i, j]) for i in range(size) for j in range(size))


def with_weights(layer, x):
    return convolved(x, *layer.get_weights())


def doubled(x):
    return x.repeat(2, 1).repeat(2, 2)


def halved(x):
    b, height, width, c = x.shape
    return x.reshape(b, height // 2, 2, width // 2, 2, c).mean((2, 4))


def wanted_of(kind, conv):
    """conv: name -> the convolution of that layer."""
    if kind == "preactivated_up":
        inner = relu(conv["conv_1"](doubled(relu(X))))
        return conv["conv_2"](inner) + conv["project"](doubled(X))
    first = kind == "preactivated_first"
    inner = relu(conv["conv_1"](X if first else relu(X)))
    beside = conv["project"](halved(X)) if first else halved(conv["project"](X))
    return halved(conv["conv_2"](inner)) + beside


@pytest.mark.parametrize("kind", ["preactivated_up", "preactivated_down", "preactivated_first"])
def test_a_row_with_random_weights(kind):
    net = build_convolutional((Row(kind, 5, 3, 2, activation="relu"),), 3)
    net.set_weights([RANDOM.normal(size=w.shape) for w in net.get_weights()])
    conv = {layer.name.partition("row1_")[2]: partial(with_weights, layer)
            for layer in net.layers if layer.weights}
    wanted = wanted_of(kind, conv)
    scale = np.abs(wanted).max()
    np.testing.assert_allclose(np.array(net(X)) / scale, wanted / scale, atol=1e-5)


def test_a_norm_stands_before_each_activation():
    net = build_convolutional((Row("preactivated_up", 5, 3, 2, "batch", "relu"),), 3)
    norms = {layer.name.partition("row1_")[2]: layer.gamma.shape[0] for layer in net.layers
             if "norm" in layer.name}
    assert norms == {"norm_1": 3, "norm_2": 5}
    y = np.array(net(X, training=True))
    shifted = np.array(net(3 * X, training=True) - net(X, training=True))
    assert np.abs(y).max() > 0.1                # only the way beside grows with the input
    beside = doubled(np.array(convolved(2 * X, *net.get_layer("net_row1_project").get_weights())))
    np.testing.assert_allclose(shifted, beside, atol=2e-2)


def test_the_score_is_of_the_sum_over_space():
    table = (Row("conv", 4, 1), Row("summed", 1, 2))
    net = build_discriminators(table, 1, 0, image_shape=(2, 2, 3))[0]
    conv, dense = (layer.get_weights() for layer in net.layers if layer.weights)
    wanted = convolved(X[:, :2, :2], *conv).sum((1, 2)) @ dense[0] + dense[1]
    np.testing.assert_allclose(net(X[:, :2, :2]), wanted, atol=1e-5)


def test_such_nets_load_in_plain_keras(tmp_path):
    relu: Any = {"norm": "batch", "activation": "relu"}
    generator = build_generators((
        Row("project", 4, 2), Row("preactivated_up", 4, 3, 2, **relu), Row("input", **relu),
        Row("conv", 3, 3, activation="tanh")), 1, 0, 5)[0]
    critic = build_discriminators((
        Row("preactivated_first", 4, 3, 2, **relu), Row("preactivated_down", 5, 3, 2, **relu),
        Row("summed", 1, 1)), 1, 0, (4, 4, 3), norm="none")[0]
    z = RANDOM.normal(size=(2, 5)).astype("float32")
    for net, x in ((image_model(generator), z), (critic, X)):
        save_model(tmp_path / "net.keras", net)
        again: Any = keras.saving.load_model(tmp_path / "net.keras", safe_mode=True)
        np.testing.assert_allclose(again(x), net(x), atol=1e-6)
        assert {type(layer).__module__.split(".")[0] for layer in again.layers} == {"keras"}


def test_parameters_of_narrow_nets_by_hand():
    """Width 1/64 leaves 8, 8, 4, 2, 1 and 16, 8, 4, 2, 1 filters."""
    def up(a, b):
        return 4 * a + 9 * a * b + b + 4 * b + 9 * b * b + b + a * b + b
    g = [build_generators(GENERATORS[name], 1, 0, 10, width=1 / 64)[0].count_params()
         for name in ("resnet160", "resnet64")]
    assert g[0] == 11 * 800 + up(8, 8) + up(8, 4) + up(4, 2) + up(2, 1) + 4 + 30
    assert g[1] == 11 * 256 + up(16, 8) + up(8, 4) + up(4, 2) + up(2, 1) + 4 + 30
    critic = build_discriminators(DISCRIMINATORS["resnet64"], 1, 0, width=1 / 64, norm="none")[0]
    assert critic.count_params() == 17 + sum(
        9 * a * b + b + 9 * b * b + b + a * b + b
        for a, b in ((3, 1), (1, 2), (2, 4), (4, 8), (8, 16)))


def test_spectral_critics_see_every_kernel():
    critic = build_discriminators(DISCRIMINATORS["resnet64"], 1, 0, width=1 / 64)[0]
    kernels = [layer for layer in critic.layers if layer.weights]
    assert len(kernels) == 5 * 3 + 1
    assert all(type(layer).__name__.startswith("Spectral") for layer in kernels)
    with tf.GradientTape() as tape:
        score = tf.reduce_sum(critic(tf.zeros((1, 64, 64, 3))))
    assert all(g is not None for g in tape.gradient(score, critic.trainable_variables))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["arbel-celeba160-smmd", "arbel-celeba160-sn-smmd",
                                  "arbel-imagenet64-sn-smmd"])
def test_two_iterations_of_the_presets(tmp_path, name):
    folder = tmp_path / ("imagenet64" if "imagenet" in name else "celeba/images")
    folder.mkdir(parents=True)
    for k in range(12):
        cv2.imwrite(str(folder / f"{k}.png"), np.full((40, 36, 3), 20 * k, np.uint8))
    (tmp_path / "celeba").mkdir(exist_ok=True)
    (tmp_path / "celeba" / "list_attr_celeba.csv").write_text(
        "file,Smiling\n" + "".join(f"{k}.png,1\n" for k in range(12)))
    assert main(["--preset", name, "--data_dir", str(tmp_path), "--width", "0.02",
                 "--batch_size", "4", "--iterations", "2", "--run", str(tmp_path / "run")]) == 0
    assert (tmp_path / "run" / "models" / "generators.keras").is_file()

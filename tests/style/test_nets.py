"""Features of nets of keras.applications, and what is said of those that there are not."""

import keras
import numpy as np
import pytest

from framework.errors import UserError
from style.nets import check_net, features_of, pool_layers

IMAGE = np.random.default_rng(0).uniform(-1, 1, (1, 64, 64, 3)).astype("float32")


def test_every_downsampling_layer_of_vgg():
    extract, layers = features_of("vgg16", weights="random")
    assert layers == pool_layers("vgg16") == tuple(f"block{b}_pool" for b in range(1, 6))
    assert [f.shape[1] for f in extract(IMAGE)] == [32, 16, 8, 4, 2]


@pytest.mark.parametrize("net, prepare", [
    ("resnet50", keras.applications.resnet50.preprocess_input),
    ("mobilenet_v2", keras.applications.mobilenet_v2.preprocess_input)])
def test_every_downsampling_layer_of_an_application(net, prepare, tmp_path):
    name = {"resnet50": "ResNet50", "mobilenet_v2": "MobileNetV2"}[net]
    full = getattr(keras.applications, name)(include_top=False, weights=None)
    full.save_weights(tmp_path / "w.weights.h5")
    extract, layers = features_of(net, weights=tmp_path / "w.weights.h5")
    found = extract(IMAGE)
    assert [f.shape[1] for f in found] == [32, 16, 8, 4, 2]
    cut = keras.Model(full.input, [full.get_layer(layer).output for layer in layers])
    for a, b in zip(found, cut(prepare((IMAGE + 1) * 127.5)), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3)


def test_named_layers_of_an_application_and_the_same_random_weights_each_time():
    (one,), (other,) = (features_of("mobilenet_v2", ["block_1_expand_relu"], "random")[0](IMAGE)
                        for _ in range(2))
    np.testing.assert_array_equal(one, other)
    with pytest.raises(UserError, match="unknown layer of mobilenet_v2 'block_1_rely'; did you"):
        features_of("mobilenet_v2", ["block_1_rely"], "random")


@pytest.mark.parametrize("net, layers, weights, message", [
    ("resnet5", (), "random", "unknown net 'resnet5'; did you mean 'resnet50'"),
    ("resnet50", (), "none.h5", "no weights of resnet50 at none.h5"),
    ("vgg19", (), "none.npz", "no weights of vgg19 at none.npz")])
def test_mistakes(net, layers, weights, message):
    with pytest.raises(UserError, match=message):
        check_net(net, layers, weights)


def test_a_file_that_is_none(tmp_path):
    (tmp_path / "bad.h5").write_bytes(b"x")
    with pytest.raises(UserError, match="cannot read the weights .*bad.h5"):
        features_of("mobilenet_v2", weights=tmp_path / "bad.h5")


def test_weights_that_are_not_finite_are_refused(tmp_path):
    model = keras.applications.MobileNetV2(include_top=False, weights=None)
    model.variables[0].assign(model.variables[0] * np.nan)
    model.save_weights(tmp_path / "net.weights.h5")
    with pytest.raises(UserError, match="net.weights.h5: .* not finite"):
        features_of("mobilenet_v2", weights=tmp_path / "net.weights.h5")

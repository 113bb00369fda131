"""Extractors of features, each against its own net asked directly."""

import keras
import numpy as np
import pytest

from framework.errors import UserError
from metrics import features
from metrics.backbones import build, random_weights, standardise_rgb
from metrics.features import find_extractor
from nets.classifier import build_classifier


def images(size, channels=3, count=3):
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (count, size, size, channels)).astype("float32")


def test_pixels():
    x = np.arange(24, dtype="uint8").reshape(2, 2, 2, 3)
    found = find_extractor("pixels")(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, x.reshape(2, 12) / 127.5 - 1, atol=1e-6)
    points = np.ones((4, 2))
    np.testing.assert_array_equal(find_extractor("pixels")(points), points)
    assert find_extractor("pixels").name == "pixels"


def test_squeeze():
    found = find_extractor("squeeze", weights="random")
    maps = build("squeeze", random_weights("squeeze"))(standardise_rgb(images(40)))
    assert found(images(40)).shape == (3, 512)
    np.testing.assert_allclose(found(images(40)), np.mean(maps[-1], (1, 2)), rtol=1e-4, atol=1e-6)
    assert found.name == "random SqueezeNet 1.1, mean of the last map"
    grey = images(20, 1)
    np.testing.assert_allclose(found(grey), found(np.repeat(grey, 3, -1)), rtol=1e-4, atol=1e-6)
    with pytest.raises(UserError, match="17x17"):
        found(images(16))


@pytest.mark.parametrize("table, layer", [("quick", -3), ("B.1", -2)])
def test_a_classifier(table, layer):
    """Of "quick" the map before it is flattened, averaged; of table B.1 the dense layer."""
    judge = build_classifier((16, 16, 3), 4, table)
    found = find_extractor("classifier", judge=judge)
    inside = keras.Model(judge.input, judge.layers[layer].output)(images(16), training=False)
    expected = np.mean(inside, (1, 2)) if table == "quick" else inside
    assert found(images(16)).shape == (3, 128)
    np.testing.assert_allclose(found(images(16)), expected, rtol=1e-5, atol=1e-6)
    assert ("mean over space" in found.name) == (table == "quick")
    assert "classifier" in found.name
    with pytest.raises(UserError, match=r"\(16, 16, 3\), not \(16, 16, 1\)"):
        found(images(16, 1))


def test_inception(monkeypatch):
    """A net in the place of Keras's shows what it is shown."""
    shown = []

    def stand_in(include_top, pooling, weights):
        shown.append((include_top, pooling, weights))
        x = keras.Input((None, None, 3))
        return keras.Model(x, keras.layers.GlobalAveragePooling2D()(x[:, ::298, ::298]))
    monkeypatch.setattr(keras.applications, "InceptionV3", stand_in)
    found = find_extractor("inception")
    assert shown == [(False, "avg", "imagenet")] and "random" not in found.name
    x = images(8)
    corners = x[:, ::7, ::7].mean((1, 2))
    np.testing.assert_allclose(found(x), corners, rtol=1e-5)
    np.testing.assert_allclose(found(x[..., :1]), np.repeat(corners[:, :1], 3, 1), rtol=1e-5)
    with pytest.raises(UserError, match="channels"):
        found(np.zeros((2, 2)))
    assert find_extractor("inception", weights="random").name.startswith("random")
    assert shown[-1] == (False, "avg", None)


def test_inception_without_weights(monkeypatch, tmp_path):
    def offline(**settings):
        raise OSError("no route to host")
    monkeypatch.setattr(keras.applications, "InceptionV3", offline)
    with pytest.raises(UserError, match="no route to host.*put inception_v3.*classifier, pixels"):
        find_extractor("inception")
    with pytest.raises(UserError, match="there is no inception_v3"):
        find_extractor("inception", weights=str(tmp_path))


def test_names():
    assert sorted(features.EXTRACTORS) == ["classifier", "inception", "pixels", "squeeze"]
    with pytest.raises(UserError, match="did you mean 'pixels'"):
        find_extractor("pixel")
    with pytest.raises(UserError, match="there is none"):
        find_extractor("classifier")

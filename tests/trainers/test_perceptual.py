"""The perceptual terms by hand, and what a run's options make of VGG."""

from types import SimpleNamespace

import numpy as np
import pytest

from framework.errors import UserError
from penalties.perceptual import content_difference, style_difference
from trainers.balance import BALANCE_ITERATIONS, LossBalancer
from trainers.perceptual import vgg_features, vgg_features_for


def features(*values):
    """Per domain the layers x (1x1 position, 2 channels) and y (2 positions, 1 channel)."""
    return [{"x": np.array(x, "float32").reshape(1, 1, 1, 2),
             "y": np.array(y, "float32").reshape(1, 1, 2, 1)} for x, y in values]


def test_content_by_hand():
    three = features(([1, 2], [0, 0]), ([3, 2], [1, 0]), ([1, 0], [0, 2]))
    x = [(4 + 0) / 2, (0 + 4) / 2, (4 + 4) / 2]
    y = [(1 + 0) / 2, (0 + 4) / 2, (1 + 4) / 2]
    assert float(content_difference(three, ("x",))) == pytest.approx(sum(x))
    assert float(content_difference(three, ("x", "y"))) == pytest.approx(sum(x + y) / 2)
    assert float(content_difference(three[:1], ("x",))) == 0


def test_style_by_hand():
    made = features(([1, 2], [0, 2]), ([0, 1], [1, 1]))
    real = features(([2, 0], [1, 0]), ([0, 1], [3, 1]))
    # x: Gram [[1, 2], [2, 4]] against [[4, 0], [0, 0]], and equal ones; y: the mean squares
    x, y = (9 + 4 + 4 + 16) / 4 + 0, (2 - 0.5) ** 2 + (1 - 5) ** 2
    assert float(style_difference(made, real, ("x",))) == pytest.approx(x)
    assert float(style_difference(made, real, ("x", "y"))) == pytest.approx((x + y) / 2)
    assert float(style_difference(made, real, ("y",), "batch")) == pytest.approx(y)


def setting(**options):
    return SimpleNamespace(**{
        "content_weight": 0.0, "style_weight": 0.0, "content_layers": "block2_conv1",
        "style_layers": "block1_conv1, block2_conv1", "vgg": "vgg19", "vgg_weights": "random",
        "vgg_resize": 0, "precision": "float32", **options})


def test_vgg_has_the_layers_of_the_terms_that_are_on():
    assert vgg_features_for(setting(), "float32", (16, 16, 3)) is None
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3)).astype("float32")
    content = vgg_features_for(setting(content_weight=1.0), "float32", (16, 16, 3))(images)
    assert {name: tuple(f.shape) for name, f in content.items()} == {
        "block2_conv1": (2, 8, 8, 128)}
    on = setting(content_weight=1.0, style_weight=1.0)
    both = vgg_features_for(on, "float32", (16, 16, 3))(images)
    assert sorted(both) == ["block1_conv1", "block2_conv1"]
    np.testing.assert_array_equal(both["block2_conv1"], content["block2_conv1"])


def test_images_are_resized_for_vgg():
    def vgg(images):
        return [images]
    vgg.layers = ("image",)
    ramp = np.broadcast_to(np.arange(4.0, dtype="float32")[:, None, None], (4, 4, 3))[None]
    found = vgg_features(vgg, 8, ramp)["image"]
    np.testing.assert_allclose(found[0, :, 0, 0], [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3])
    assert vgg_features(vgg, 0, ramp)["image"] is ramp


@pytest.mark.parametrize("options, shape, message", [
    ({"content_layers": "block5_conv1"}, (8, 8, 3), "images of 8x8 are too small"),
    ({}, (2,), "compare images, not points"),
    ({"content_layers": "block5_conv9"}, (32, 32, 3), "unknown layer of vgg19"),
    ({"vgg_weights": "nowhere.npz"}, (32, 32, 3), "no weights of vgg19 at nowhere.npz")])
def test_what_cannot_be_had(options, shape, message):
    with pytest.raises(UserError, match=message):
        vgg_features_for(setting(content_weight=1.0, **options), "float32", shape)
    resized = setting(content_weight=1.0, content_layers="block5_conv1", vgg_resize=16)
    assert vgg_features_for(resized, "float32", (8, 8, 3)) is not None


def test_balanced_terms_start_at_their_share_and_go_their_own_way():
    balance = LossBalancer(["content", "style"], 0.25)
    first = balance(0, [-3.0, 1.0], {"content": 200.0, "style": 1e9, "other": 7.0})
    assert {name: float(w) for name, w in first.items()} == pytest.approx(
        {"content": 0.25 * 4 / 200, "style": 0.25 * 4 / 1e9}, rel=1e-4)
    second = balance(BALANCE_ITERATIONS - 1, [6.0, 0.0], {"content": 100.0, "style": -1e9})
    assert float(second["content"]) == pytest.approx(0.25 * 10 / 300)
    assert float(second["style"]) == pytest.approx(0.25 * 10 / 2e9, rel=1e-4)
    later = balance(BALANCE_ITERATIONS, [1e6, 0.0], {"content": 1.0, "style": 1.0})
    assert {n: float(w) for n, w in later.items()} == {n: float(w) for n, w in second.items()}
    assert [v.shape for v in balance.variables] == [(3,)]

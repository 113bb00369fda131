"""The encoder of a style's statistics: what it reads, what it learns, and that it loads alone."""

import keras
import numpy as np

from framework.checkpoint import save_model
from nets.palette import palette_of
from nets.style_statistics import build_statistics_encoder
from nets.vgg import VGGFeatures

LAYERS = ["block1_conv1", "block2_conv1"]


def test_it_reads_moments_and_the_palette(tmp_path):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 24, 3)).astype("float32")
    net = build_statistics_encoder(3, LAYERS, "random")
    seen = keras.Model(net.input, net.get_layer("read_1").input)(images)
    features = [f.numpy().astype("float64") for f in VGGFeatures(LAYERS, "random")(images)]
    by_hand = [np.log1p(np.concatenate([f.mean((1, 2)), f.std((1, 2))], -1)) - 3 for f in features]
    by_hand = np.concatenate([*by_hand, palette_of(images)], -1)
    np.testing.assert_allclose(seen, by_hand, atol=4e-3)            # the root of epsilon
    made = net(images)
    assert [code.shape for code in made] == [(2, 3), (2, 3)]
    np.testing.assert_allclose(made[1], np.full((2, 3), -4))
    save_model(tmp_path / "net.keras", net)
    loaded = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_allclose(loaded(images)[0], made[0], atol=1e-5)


def test_vgg_is_never_trained():
    net = build_statistics_encoder(3, LAYERS[:1], "random")
    assert net.trainable_variables and all("block" not in v.path for v in net.trainable_variables)
    sizes = [v.shape for v in net.trainable_variables if "kernel" in v.path]
    assert sizes == [(2 * 64 + 6, 256), (256, 256), (256, 3), (256, 3)]

"""Stylists: their nets, the side that they need, and styles as vectors."""

import numpy as np
import pytest

from config.resolve import resolve
from framework.errors import UserError
from losses.style import moments
from nets.adain import adaptive_instance_norm, concat_moments
from nets.stylist import PlainStylist, VariationalStylist, apply_style
from nets.vgg import VGGFeatures
from trainers.style_vae import stylist_for

FLAGS = ["--gan_type", "style_vae", "--preset", "none", "--dataset", "glyph2edge",
         "--content_weight", "1", "--style_weight", "1", "--vgg_weights", "random"]


def image(size, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (1, size, size, 3)).astype("float32")


def test_a_run_of_style_vae():
    stylist = stylist_for(resolve([*FLAGS, "--latent_dim", "5", "--width", "0.1", "--seed", "2"]))
    assert isinstance(stylist, VariationalStylist) and stylist.latent_dim == 5
    assert list(stylist.nets) == ["content_encoder", "style_encoder", "decoder"]
    again = stylist_for(resolve([*FLAGS, "--latent_dim", "5", "--width", "0.1", "--seed", "2"]))
    np.testing.assert_array_equal(stylist.style(image(16)), again.style(image(16)))
    made = stylist.image(stylist.content(image(16)), stylist.style(image(24, 1)))
    assert made.shape == (1, 16, 16, 3) and stylist.multiple == 8


def test_content_read_by_vgg():
    stylist = stylist_for(resolve([*FLAGS, "--latent_dim", "5", "--width", "0.1",
                                   "--content_encoder", "vgg"]))
    assert stylist.multiple == 4
    content = np.asarray(stylist.content(image(12))[0])
    mirrored = np.pad(image(12), ((0, 0), (8, 8), (8, 8), (0, 0)), "reflect")
    features = np.asarray(VGGFeatures(["block3_conv1"], "random")(mirrored)[0])
    np.testing.assert_allclose(content, features[:, 2:5, 2:5] / 127.5, rtol=1e-5, atol=1e-6)
    assert not stylist.nets["content_encoder"].trainable_variables
    made = [stylist.image((content,), np.full((1, 5), x, "float32")) for x in (-1, 1)]
    assert made[0].shape == (1, 12, 12, 3) and np.abs(made[0] - made[1]).max() > 1e-3
    other = stylist.image((content[:, ::-1],), np.ones((1, 5), "float32"))
    assert np.abs(made[1] - other).max() > 1e-3


@pytest.mark.parametrize("layer, multiple", [("block2_conv1", 2), ("block3_conv1", 4)])
def test_a_run_of_plain_adain(layer, multiple):
    stylist = stylist_for(resolve([*FLAGS, "--no_style_variance", "--content_layers", layer]))
    assert isinstance(stylist, PlainStylist) and stylist.multiple == multiple
    assert stylist.latent_dim is None and list(stylist.nets) == ["decoder"]
    content, painting = image(16), image(20, 1)
    style = stylist.style(painting)
    features = adaptive_instance_norm(stylist.vgg(content)[0], stylist.vgg(painting)[0])
    np.testing.assert_allclose(stylist.image(stylist.content(content), style),
                               stylist.decode(features), atol=1e-4)


def test_a_style_is_the_statistics():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    style = concat_moments(moments(x))
    assert style.shape == (2, 10)
    np.testing.assert_allclose(apply_style(x, style), x, atol=1e-5)


def test_a_layer_that_is_not_decoded():
    with pytest.raises(UserError, match="plain AdaIN decodes one of"):
        PlainStylist("block5_conv1", "random")

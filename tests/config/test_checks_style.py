"""Contradictions of style transfer's options are refused, and the like that do not are not."""

import numpy as np
import pytest

from config.resolve import resolve
from framework.errors import UserError

PAIR = ["--dataset", "glyph2edge", "--preset", "none"]
INVERSE = ["--gan_type", "inverse_net", *PAIR]
STYLE = ["--gan_type", "style_vae", *PAIR, "--content_weight", "1", "--style_weight", "1"]
PLAIN = [*STYLE, "--no_style_variance", "--content_layers", "block3_conv1"]


@pytest.mark.parametrize("argv, message", [
    ([*PAIR, "--no_swapped"], "swapped belongs to --gan_type inverse_net; here gan_type is scogan"),
    ([*PAIR, "--crop", "8"], "crop belongs to --gan_type inverse_net, style_vae; here"),
    ([*INVERSE, "--kl_weight", "1"], "kl_weight belongs to --gan_type style_vae"),
    ([*STYLE, "--tv_weight", "1"], "tv_weight belongs to --gan_type inverse_net"),
    ([*INVERSE, "--loss", "hinge"],
     "loss belongs to --gan_type gan, cogan, .*; here gan_type is inverse_net"),
    ([*STYLE, "--discriminator_steps", "2"],
     "discriminator_steps belongs to --gan_type gan, cogan"),
    ([*INVERSE, "--feature_weight", "2"],
     "feature_weight belongs to --gan_type cogan, scogan, adapt, drift"),
    ([*INVERSE[:2], "--preset", "none", "--domains", "glyph"], "two domains, photographs and"),
    ([*INVERSE, "--content_weight", "1"],
     "content_weight belongs to --gan_type cogan, scogan, adapt, drift, style_vae"),
    ([*INVERSE, "--vgg", "vgg16"], "vgg belongs to a positive --content_weight"),
    ([*INVERSE, "--vgg_weights", "no.npz"], "no weights of vgg19 at no.npz"),
    ([*INVERSE, "--image_size", "30"], "image_size 30 must be a multiple of 4"),
    ([*INVERSE, "--image_size", "8"], "image_size 8 must be a multiple of 4 .* at least 12"),
    ([*INVERSE, "--crop", "18"], "crop 18 must be a multiple of 4"),
    ([*INVERSE, "--crop", "64"], "crop is 64 and the images are of 32"),
    (["--gan_type", "inverse_net", "--preset", "none", "--domains", "ring,grid25"],
     "learns from images, not points"),
    ([*STYLE, "--style_weight", "0"], "a style_vae needs a style_weight"),
    ([*STYLE, "--image_size", "28"], "image_size 28 must be a multiple of 8"),
    ([*STYLE, "--disentangle_weight", "1", "--batch_size", "1"], "batch_size must be 2"),
    ([*STYLE, "--repaint", "--latent_dim", "6"], "the first 6 of latent_dim are"),
    ([*PLAIN, "--style_encoder", "statistics"], "style_encoder belongs to --style_variance"),
    ([*PLAIN, "--content_encoder", "vgg"], "content_encoder belongs to --style_variance"),
    ([*PLAIN, "--content_target", "adain"], "content_target belongs to --style_variance"),
    ([*STYLE, "--content_encoder", "vgg", "--image_size", "30"],
     "image_size 30 must be a multiple of 4"),
    ([*INVERSE, "--repaint", "--no_swapped"], "repaint learns from swapped activations alone"),
    ([*STYLE, "--inverse_norm", "none"], "inverse_norm belongs to --gan_type inverse_net"),
    ([*PLAIN, "--content_layers", "block3_conv1,block2_conv1"], "the one layer that is decoded"),
    ([*STYLE, "--transform", "linear"],
     "transform belongs to --no_style_variance; here styles are variational"),
    ([*PLAIN, "--image_size", "30"], "image_size 30 must be a multiple of 4"),
])
def test_contradictions(argv, message):
    with pytest.raises(UserError, match=message):
        resolve(argv)


@pytest.mark.parametrize("argv", [
    INVERSE, STYLE, PLAIN, [*INVERSE, "--no_swapped", "--tv_weight", "0", "--width", "0.5"],
    [*INVERSE, "--crop", "12", "--image_size", "30"], [*STYLE, "--kl_weight", "1"],
    [*PLAIN, "--image_size", "28"], [*STYLE, "--batch_size", "1"],
    [*STYLE, "--content_encoder", "vgg", "--image_size", "28"],
    [*INVERSE[:2], "--dataset", "glyph2edge", "--preset", "quick-inverse", "--no_swapped",
     "--no_repaint"]])
def test_what_goes_together(argv):
    assert resolve(argv).experiment.gan_type in ("inverse_net", "style_vae")


def test_weights_that_end_too_early(tmp_path):
    path = tmp_path / "block2.npz"
    channels = {"block1_conv1": (3, 64), "block1_conv2": (64, 64), "block2_conv1": (64, 128),
                "block2_conv2": (128, 128)}
    np.savez(path, **{f"{name}/kernel": np.zeros((3, 3, *sizes), "float32")
                      for name, sizes in channels.items()},
             **{f"{name}/bias": np.zeros(sizes[1], "float32") for name, sizes in channels.items()})
    with pytest.raises(UserError, match="has no block3_conv1"):
        resolve([*INVERSE, "--vgg_weights", str(path)])
    resolve([*STYLE, "--vgg_weights", str(path), "--content_layers", "block2_conv1",
             "--style_layers", "block1_conv1"])

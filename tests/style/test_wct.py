"""`--method wct`: its activations come nearer to the mapped ones, and all of the content stays."""

import cv2
import numpy as np

from commands.dispatch import main
from style.images import read_uint8
from style.wct import wct


def noise(side, low, high, seed):
    return np.random.default_rng(seed).integers(low, high, (side, side, 3), np.uint8)


def test_colours_of_pixels_become_the_style_s(tmp_path):
    for name, image in (("dark", noise(16, 60, 90, 0)), ("bright", noise(20, 150, 210, 1))):
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
    words = ["stylize", *(str(tmp_path / f"{name}.png") for name in ("dark", "bright")),
             "--method", "wct", "--layer", "rgb", "--optimizer", "lbfgs", "--iterations", "8",
             "--no_report", "--overwrite", "--output", str(tmp_path / "out.png")]
    means = {}
    for share in ("0", "0.5", "1"):
        assert main([*words, "--content_share", share]) == 0
        means[share] = read_uint8(tmp_path / "out.png").mean()
    dark, bright = (read_uint8(tmp_path / f"{name}.png").mean() for name in ("dark", "bright"))
    assert abs(means["1"] - dark) < 1 and abs(means["0"] - bright) < 2
    assert abs(means["0.5"] - (dark + bright) / 2) < 2


def test_the_loss_falls_at_a_layer_of_vgg():
    content, style = (noise(18, 0, 255, seed)[None] / 127.5 - 1 for seed in (0, 1))
    losses = []
    made = wct(content.astype("float32"), [style.astype("float32")], layer="block1_conv2",
               vgg_weights="random", iterations=8, optimizer="lbfgs",
               progress=lambda done, total, loss: losses.append(loss))
    assert made.shape == content.shape and len(losses) == 8 and losses[-1] < 0.9 * losses[0]

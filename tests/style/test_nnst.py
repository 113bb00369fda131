"""`--method nnst`: through the command line, what strength does, and whose colours it has."""

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.errors import UserError
from nets.vgg import VGGFeatures
from style.drawing import Drawing
from style.images import read, read_uint8
from style.nnst import LAYERS, extractor, nnst, variants

FEW = dict(vgg_weights="random", style_layers="block1_conv1,block2_conv1")
WORDS = ["--method", "nnst", "--vgg_weights", "random", "--style_layers",
         "block1_conv1,block2_conv1", "--no_report", "--overwrite"]


def picture(height, width, seed, low=-0.9, high=0.9):
    """Blurred noise [1, height, width, 3] that fills the range."""
    noise = np.random.default_rng(seed).normal(size=(height, width, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    scaled = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    return (low + (high - low) * scaled).astype("float32")[None]


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, image in (("c.png", picture(70, 130, 0)), ("s.png", picture(61, 45, 1, 0.1, 0.7))):
        cv2.imwrite(name, np.round(127.5 * (image[0] + 1)).astype(np.uint8))


def moments(image):
    rows = image.reshape(-1, 3).astype(float)
    return rows.mean(0), np.cov(rows.T)


def test_from_coarse_to_fine_with_the_colours_of_the_style(files):
    assert main(["stylize", "c.png", "s.png", *WORDS, "--iterations", "4", "--tolerance", "0",
                 "--style_rotations", "2", "--style_scales", "2", "--curve", "loss.csv",
                 "--output", "o.png"]) == 0
    made, style = read("o.png"), read("s.png")
    assert made.shape == (1, 70, 130, 3)
    for found, wanted in zip(moments(made), moments(style), strict=True):
        np.testing.assert_allclose(found, wanted, atol=0.02)
    step, loss = np.loadtxt("loss.csv", delimiter=",", skiprows=1).T
    np.testing.assert_array_equal(step, np.arange(1, 9))                # two sizes, four steps each
    assert loss[3] < loss[0] and loss[5] < loss[4]
    assert np.abs(made - read("c.png")).mean() > 0.1


def test_strength_0_is_the_photograph_and_more_is_farther(files):
    apart = []
    for strength in ("0", "0.3", "1"):
        assert main(["stylize", "c.png", "s.png", *WORDS, "--iterations", "4", "--strength",
                     strength, "--output", "o.png"]) == 0
        apart.append(np.abs(read_uint8("o.png").astype(int) - read_uint8("c.png")).mean())
    assert apart[0] == 0 and 5 < 1.5 * apart[1] < apart[2]


def test_a_style_s_own_image_hardly_changes_and_one_colour_gives_one_colour():
    image = picture(40, 48, 2)
    same = nnst(image, [image], **FEW, iterations=6, content_share=1.0)
    assert np.abs(same - image).mean() < 0.05
    flat = nnst(image, [np.full((1, 9, 8, 3), 0.25, "float32")], **FEW, iterations=2)
    np.testing.assert_allclose(flat, 0.25, atol=0.02)


def test_small_images_and_a_memory_limit():
    content, style = picture(1, 33, 3), picture(5, 2, 4)
    made = nnst(content, [style], **FEW, iterations=2)
    assert made.shape == content.shape and np.isfinite(made).all()
    content = picture(150, 40, 5)
    whole, strips = (nnst(content, [style], **FEW, iterations=2, memory_limit=limit)
                     for limit in (None, 12 * 2**20))
    np.testing.assert_allclose(whole, strips, atol=1e-3)
    with pytest.raises(UserError, match="to match these images needs 3 MiB, and the memory limit"):
        nnst(content, [style], **FEW, memory_limit=2 * 2**20)


def test_no_frame_is_drawn():
    """Mirrored edges leave the columns of a flat image flat."""
    draw = Drawing(extractor(("block1_conv1", "block2_conv1"), "random"), "pyramid", 1, 0.0, 1.0)
    columns = draw._columns_inside(np.full((1, 17, 22, 3), 0.3, "float32")).numpy()
    assert columns.shape == (5 * 6, 192)
    np.testing.assert_allclose(columns, np.broadcast_to(columns[:1], columns.shape), rtol=1e-4,
                               atol=1e-3)
    plain = VGGFeatures(["block2_conv1"], "random")(np.full((1, 16, 16, 3), 0.3, "float32"))[0]
    assert np.ptp(plain[0, :, :, 0]) > 1e-2


def test_variants_are_turned_and_smaller():
    style = picture(12, 20, 6)
    assert [each.shape[1:3] for each in variants(style, 2, 3)] == [
        (12, 20), (20, 12), (8, 14), (14, 8), (6, 10), (10, 6)]
    np.testing.assert_array_equal(variants(style, 3, 1)[2], style[:, ::-1, ::-1])


def test_the_usual_layers_are_those_that_a_file_holds(tmp_path, capsys):
    names = LAYERS[:2]
    np.savez(tmp_path / "few.npz", **{f"{name}/{part}": np.zeros(shape, "float32")
                                      for name, inputs in zip(names, (3, 64), strict=True)
                                      for part, shape in (("kernel", (3, 3, inputs, 64)),
                                                          ("bias", 64))})
    made = nnst(picture(9, 9, 7), [picture(9, 9, 8)], vgg_weights=str(tmp_path / "few.npz"),
                iterations=1)
    assert made.shape == (1, 9, 9, 3)
    assert "few.npz ends at block1_conv2, without block2_conv1" in capsys.readouterr().err

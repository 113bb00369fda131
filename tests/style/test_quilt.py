"""`stylize --method quilt`: by hand, and through the command line."""

import cv2
import numpy as np

from commands.dispatch import main
from framework.pixels import to_uint8
from nets.architectures.style import INVERTED
from nets.vgg import VGGFeatures
from style.images import read
from style.quilt import quilt
from tests.style.runs import CONTENT, STYLES, image, inside, seen_by_nets

WORDS = dict(vgg_weights="random", color_share=0.0)


def test_single_positions_by_hand():
    """Each square of 4 pixels becomes the style's whose activations point most nearly there."""
    vgg, style = VGGFeatures([INVERTED], "random"), STYLES[0][:, :, :20]
    seen, painted = (np.asarray(vgg(each)[0])[0] for each in (seen_by_nets(4), style))
    made = np.zeros((1, 4 * seen.shape[0], 4 * seen.shape[1], 3))
    rows = painted.reshape(-1, 256)
    for y in range(seen.shape[0]):
        for x in range(seen.shape[1]):
            best = np.argmax(rows @ seen[y, x] / (np.linalg.norm(rows, axis=1) + 1e-8))
            i, j = divmod(best, painted.shape[1])
            made[0, 4 * y:4 * y + 4, 4 * x:4 * x + 4] = style[0, 4 * i:4 * i + 4, 4 * j:4 * j + 4]
    found = quilt(CONTENT, [style], patch_size=1, matches="exact", **WORDS)
    np.testing.assert_allclose(found, inside(made), atol=1e-5)


def test_an_image_in_its_own_style_is_itself_and_strength_0_is_the_photograph():
    own = image(64, 72, 3)
    np.testing.assert_allclose(quilt(own, [own], **WORDS)[:, 20:-20, 20:-20],
                               own[:, 20:-20, 20:-20], atol=1e-5)
    np.testing.assert_allclose(quilt(own, STYLES[:1], strength=0.0, vgg_weights="random"), own,
                               atol=1e-6)


def test_large_patches_leave_out_the_sizes_that_are_too_small_for_them():
    content, style = image(136, 200, 6), image(160, 150, 7)
    made = quilt(content, [style], patch_size=20, **WORDS)
    np.testing.assert_array_equal(made, quilt(content, [style], patch_size=20, resolutions=1,
                                              **WORDS))
    assert np.abs(quilt(content, [style], **WORDS) - quilt(content, [style], resolutions=1, **WORDS)
                  ).mean() > 0.02


def test_through_the_command_line_with_the_colours_of_the_style(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    style = cv2.GaussianBlur(image(90, 90, 5)[0], (0, 0), 3) * np.float32([1, 0.4, 0.2]) * 2
    for name, each in (("c.png", image(130, 96, 4)), ("s.png", style[None])):
        cv2.imwrite(name, to_uint8(each)[0])
    assert main(["stylize", "c.png", "s.png", "--method", "quilt", "--vgg_weights", "random",
                 "--output", "o.png", "--no_report"]) == 0
    made, wanted = (read(name).reshape(-1, 3) for name in ("o.png", "s.png"))
    assert read("o.png").shape == (1, 130, 96, 3)
    np.testing.assert_allclose(made.mean(0), wanted.mean(0), atol=0.03)
    np.testing.assert_allclose(made.std(0), wanted.std(0), atol=0.03)

"""`--method mrf`: its energy against a double loop, its gradient by differences, and its images."""

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.errors import UserError
from nets.vgg import VGGFeatures
from style.images import read_uint8
from style.mrf import PatchEnergy, mrf, scale_of, sizes_that_fit

CONTENT, STYLE = ("block1_conv2",), ("block1_conv1", "block2_conv1")
LAYERS = {"content_layers": ",".join(CONTENT), "style_layers": ",".join(STYLE)}


def picture(height, width, seed):
    return np.random.default_rng(seed).uniform(-0.9, 0.9, (1, height, width, 3)).astype("float32")


def by_loops(found, style, k, s):
    """The mean squared difference of every patch of [h, w, C] and the style's most like it, over
    the style's mean square."""
    def patches(a):
        return [a[y:y + k, x:x + k].ravel() for y in range(0, a.shape[0] - k + 1, s)
                for x in range(0, a.shape[1] - k + 1, s)]
    total, theirs = [], patches(style)
    for mine in patches(found):
        likeness = [mine @ other / np.linalg.norm(other) for other in theirs]
        total.append(((mine - theirs[int(np.argmax(likeness))])**2).mean())
    return np.mean(total) / (style**2).mean()


@pytest.mark.parametrize("patch_size, stride", [(3, 1), (3, 2), (2, 2)])
def test_the_energy_is_that_of_a_double_loop(patch_size, stride):
    image, content, style = picture(11, 10, 0), picture(11, 10, 1), picture(9, 12, 2)
    energy = PatchEnergy(content, style, CONTENT, STYLE, 0.3, patch_size, stride, "random",
                         tv_weight=2.0)
    net = VGGFeatures((*CONTENT, *STYLE), "random")
    (mine, *found), (wanted, *_), (_, *painted) = (
        [np.array(f[0], float) for f in net(each)] for each in (image, content, style))
    variation = (np.diff(image, axis=1)**2).sum() + (np.diff(image, axis=2)**2).sum()
    expected = (0.3 * ((mine - wanted)**2).mean() / (wanted**2).mean()
                + 2.0 * variation / image.size
                + 0.7 * sum(by_loops(f, s, patch_size, stride)
                            for f, s in zip(found, painted, strict=True)))
    assert energy(image)[0] == pytest.approx(expected, rel=1e-4)


def test_the_gradient_by_differences():
    image = picture(10, 10, 0)
    energy = PatchEnergy(picture(10, 10, 1), picture(9, 12, 2), CONTENT, STYLE, 0.3,
                         vgg_weights="random", tv_weight=2.0)
    gradient = energy(image)[1]
    direction = gradient / np.linalg.norm(gradient)
    ahead, behind = (energy(image + sign * 2e-3 * direction)[0] for sign in (1, -1))
    assert (ahead - behind) / 4e-3 == pytest.approx((gradient * direction).sum(), rel=2e-2)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_a_content_in_its_own_style_stays(optimizer):
    image, energies = picture(16, 20, 3), []
    made = mrf(image, [image], **LAYERS, vgg_weights="random", tv_weight=0.0, iterations=2,
               optimizer=optimizer, progress=lambda done, total, energy: energies.append(energy))
    np.testing.assert_array_equal(made, image)
    assert not any(energies)


def test_each_resolution_begins_from_the_one_before():
    content, style, steps = picture(31, 131, 4), picture(29, 128, 5), []
    made = mrf(content, [style], content_layers="block1_conv1", style_layers="block2_conv1",
               vgg_weights="random", stride=2, iterations=2, resolutions=2, optimizer="lbfgs",
               progress=lambda *step: steps.append(step))
    assert made.shape == content.shape
    assert [step[:2] for step in steps] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert steps[1][2] < steps[0][2] and steps[3][2] < steps[2][2]


@pytest.mark.parametrize("content, style, least, resolutions, expected", [
    ((256, 300), (256, 256), 12, 3, [64, 128, 256]), ((256, 300), (256, 256), 12, 1, [256]),
    ((256, 300), (100, 128), 12, 3, [128, 256]), ((256, 256), (127, 127), 12, 3, [256]),
    ((46, 256), (256, 256), 24, 3, [46]), ((48, 256), (256, 256), 24, 3, [24, 48])])
def test_resolutions_that_hold_a_patch(content, style, least, resolutions, expected):
    images = [np.zeros((1, *size, 3)) for size in (content, style)]
    found = sizes_that_fit(*images, least, resolutions)
    assert [size[0] for size, _ in found] == expected and found[-1] == (content, style)


def test_the_scale_of_a_layer():
    assert [scale_of(name) for name in ("block1_conv2", "block3_conv1", "block4_conv2",
                                        "block5_pool")] == [1, 4, 8, 32]


def test_through_the_command_line(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name, side in (("c", 20), ("s", 26), ("tiny", 2)):
        cv2.imwrite(f"{name}.png", picture(side, 24, side)[0] * 127 + 127)
    words = ["--method", "mrf", "--vgg_weights", "random", "--content_layers", "block1_conv1",
             "--style_layers", "block2_conv1", "--iterations", "2"]
    assert main(["stylize", "c.png", "s.png", *words, "--output", "o.png"]) == 0
    assert read_uint8("o.png").shape == (20, 24, 3)
    assert (read_uint8("o.png") != read_uint8("c.png")).any()
    assert main(["stylize", "tiny.png", "s.png", *words, "--output", "t.png"]) == 2
    assert "the content has 12x1 positions at this layer, fewer than a patch of 3x3" in (
        capsys.readouterr().err)


def test_an_image_smaller_than_a_patch():
    with pytest.raises(UserError, match="the style has 5x2 positions at this layer"):
        mrf(picture(16, 16, 0), [picture(4, 10, 1)], **LAYERS, vgg_weights="random")

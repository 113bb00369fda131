"""Areas of masks, and that what is drawn comes from the same area."""

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.errors import UserError
from nets.swap import Plan, match_patches
from style.areas import ANY, NONE, at_places, colours_of, known, numbers, read_areas
from style.images import read_uint8
from style.nearby import Style, scene_of, targets


def halves(path, left, right, size=(24, 40), soft=False):
    image = np.empty((*size, 3), np.uint8)
    image[:, :size[1] // 2], image[:, size[1] // 2:] = left, right
    if soft:
        image = cv2.GaussianBlur(image, (0, 0), 1)
    cv2.imwrite(str(path), image[..., ::-1])
    return str(path)


RED, BLUE, WHITE = (220, 30, 20), (20, 40, 200), (255, 255, 255)


def test_the_same_colours_are_the_same_areas(tmp_path):
    content = halves(tmp_path / "c.jpg", RED, BLUE)
    style = halves(tmp_path / "s.png", BLUE, RED, (10, 12))
    found = read_areas(content, style, 1)
    assert found.content.shape == (1, 24, 40, 1) and found.styles[0].shape == (1, 10, 12, 1)
    left, right = found.content[0, :, :17, 0], found.content[0, :, 23:, 0]
    assert np.ptp(left) == np.ptp(right) == 0 and {left[0, 0], right[0, 0]} == {0, 1}
    assert (found.styles[0][0, :, :6, 0] == right[0, 0]).all()
    assert (found.styles[0][0, :, 6:, 0] == left[0, 0]).all()
    assert read_areas("", "", 3) is None


def test_soft_edges_and_other_colours_belong_to_none(tmp_path):
    mask = read_uint8(halves(tmp_path / "c.png", (0, 0, 0), WHITE, soft=True))
    colours = colours_of(mask)
    assert sorted(map(tuple, colours)) == [(0, 0, 0), (255, 255, 255)]
    found = numbers(mask, colours, ANY)[0, :, :, 0]
    assert set(found[0, :17]) | set(found[0, 23:]) == {0, 1} and (found[:, 20] == ANY).all()
    assert (numbers(np.full((2, 2, 3), 128, np.uint8), colours, NONE) == NONE).all()
    assert known(np.array([[0, 1, ANY]]), np.array([1, NONE])).tolist() == [[ANY, 1, ANY]]
    assert at_places(found[None, ..., None], (2, 4)).shape == (2, 4)


@pytest.mark.parametrize("content, style, styles, message", [
    ("c.png", "", 1, "give --content_mask and --style_mask"),
    ("", "c.png", 1, "give --content_mask and --style_mask"),
    ("c.png", "c.png", 2, "1 masks are not of 2 styles"),
    ("c.png", "s.png", 1, "the colour \\(20, 40, 200\\) of c.png is not in s.png"),
    ("none.png", "s.png", 1, "cannot read the image none.png")])
def test_mistakes(content, style, styles, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    halves("c.png", RED, BLUE)
    halves("s.png", RED, WHITE)
    with pytest.raises(UserError, match=message):
        read_areas(content, style, styles)


@pytest.mark.parametrize("k, s", [(3, 1), (2, 2), (1, 1)])
def test_patches_match_within_their_area_only(k, s):
    random = np.random.default_rng(0)
    content, style = (random.normal(size=(*size, 4)).astype("float32") for size in ((7, 6), (8, 9)))
    plan = Plan(content.shape, style.shape, k, s)
    areas = tuple(random.integers(low, 3, grid).astype(np.int32)
                  for low, grid in ((ANY, plan.content_grid), (0, plan.style_grid)))
    found = match_patches(content, style, plan, areas).numpy()

    def patches(image):
        return [image[y:y + k, x:x + k].ravel() for y in range(0, image.shape[0] - k + 1, s)
                for x in range(0, image.shape[1] - k + 1, s)]
    for place, patch in enumerate(patches(content)):
        area = areas[0].ravel()[place]
        scores = [patch @ other / np.linalg.norm(other) if area in (ANY, other_area) else -np.inf
                  for other, other_area in zip(patches(style), areas[1].ravel(), strict=True)]
        assert found.ravel()[place] == np.argmax(scores)
    assert (found != match_patches(content, style, plan).numpy()).any()


def test_columns_are_of_the_same_area():
    random = np.random.default_rng(1)
    style, found = (random.gamma(1, size=(n, 64)).astype("float32") for n in (12, 6))
    own, areas = np.arange(12) % 2, np.array([[0, 0, 1], [1, 7, 0]], np.int32)
    parts = ((0, 64),)
    scene = scene_of([Style(style, 1.0, own)], parts)
    made = targets(found.reshape(1, 2, 3, 64), scene, parts, areas=areas).numpy().reshape(6, 64)
    columns = scene.styles[0].columns.numpy() - scene.centre.numpy()
    chosen = (made @ (columns / np.linalg.norm(columns, axis=1, keepdims=True)).T).argmax(1)
    assert (chosen % 2)[[0, 1, 2, 3, 5]].tolist() == [0, 0, 1, 1, 0]
    alone = targets(found[[2, 3]].reshape(1, 1, 2, 64), scene, parts,
                    areas=np.ones((1, 2), np.int32)).numpy().reshape(2, 64)
    np.testing.assert_allclose(made[[2, 3]], alone, atol=1e-6)


@pytest.mark.parametrize("words", [
    ["--method", "swap", "--layer", "rgb", "--patch_size", "1", "--iterations", "60"],
    ["--method", "nnst", "--style_layers", "block1_conv1", "--vgg_weights", "random",
     "--iterations", "4"]], ids=["swap", "nnst"])
def test_through_the_command_line(words, tmp_path, monkeypatch):
    """The photograph is dark on the left; the painting is red where its mask is white, on the
    left, and blue on the right. By the masks the dark half becomes blue, and crossed it is red."""
    monkeypatch.chdir(tmp_path)
    for name, left, right in (("photo", (40, 40, 40), (200, 200, 200)), ("a", RED, BLUE),
                              ("mask", WHITE, (0, 0, 0)), ("crossed", (0, 0, 0), WHITE)):
        halves(f"{name}.png", left, right)
    for own, redder in (("mask", True), ("crossed", False)):
        assert main(["stylize", "photo.png", "a.png", *words, "--content_mask", f"{own}.png",
                     "--style_mask", "mask.png", "--output", "o.png", "--overwrite",
                     "--no_report"]) == 0
        left, right = (half.reshape(-1, 3).mean(0) for half in
                       (read_uint8("o.png")[:, 2:16], read_uint8("o.png")[:, 24:38]))
        for half, red in ((left, redder), (right, not redder)):
            assert (half[0] > half[2] + 60) == red and (half[2] > half[0] + 60) == (not red)


def test_several_styles_are_mixed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, left, right in (("photo", (40, 40, 40), (200, 200, 200)), ("a", RED, RED),
                              ("b", BLUE, BLUE)):
        halves(f"{name}.png", left, right)
    words = ["stylize", "photo.png", "a.png", "b.png", "--no_report", "--overwrite"]
    for method in (["--method", "swap", "--layer", "rgb", "--patch_size", "1", "--iterations",
                    "60"], ["--method", "nnst", "--style_layers", "block1_conv1", "--vgg_weights",
                            "random", "--iterations", "1"]):
        assert main([*words, *method, "--mix", "0.25,0.75", "--output", "o.png"]) == 0
        expected = 0.25 * np.array(RED) + 0.75 * np.array(BLUE)
        np.testing.assert_allclose(read_uint8("o.png").mean((0, 1)), expected, atol=4)
    assert main([*words, "--mix", "1", "--output", "o.png"]) == 2
    assert main([*words, *method, "--content_mask", "a.png", "--style_mask", "a.png", "--output",
                 "o.png"]) == 2

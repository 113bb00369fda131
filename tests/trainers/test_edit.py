"""`main.py edit`: pictures of moved latents, sums and strokes, in every domain; mistakes."""

from functools import cache

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from data.decode import decode
from framework.pixels import to_uint8
from tests.trainers.untrained import untrained
from trainers import classifier, latent_search
from trainers.edit import along
from trainers.latent_search import StrokeSearch
from trainers.restore import Sampler

from .test_translate import new_run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A run, an image that it drew, strokes: the left half of that image; a classifier."""
    folder = tmp_path_factory.mktemp("edit")
    path = new_run(folder / "run", "--limit_data", "100", domains=("glyph", "glyph_edge"))
    image = to_uint8(Sampler(path)(1, seed=5)[1][0])
    cv2.imwrite(str(folder / "image.png"), image[..., ::-1])
    counts = np.zeros((32, 32, 1), np.uint8)
    counts[:, :16] = 255
    cv2.imwrite(str(folder / "strokes.png"), np.concatenate([image[..., ::-1], counts], -1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))
        patch.setattr(classifier, "train_classifier", untrained)
        patch.setattr(latent_search, "BATCH", 1)        # up to which a search repeats an image
        yield folder


def edit(place, *more):
    return main(["edit", str(place / "run"), "--iterations", "60", "--count", "200", "--output",
                 str(place / "out.png"), *more])


@cache
def any_class(place):
    """The class that is read most often in what the run draws."""
    from trainers.edit import readings_of
    return str(readings_of(Sampler(place / "run"), "", 200, 1).logits.argmax(1)[0])


def test_a_direction_moves_the_images_of_every_domain(place, capsys):
    name = any_class(place)
    assert edit(place, "--direction", f"not:{name}", "--rows", "2", "--columns", "5") == 0
    assert "2 latents moved along" in capsys.readouterr().out
    picture = decode(place / "out.png")
    tiles = picture[:, -5 * 64:][:64]                      # the first row of the first domain
    first, middle, last = (tiles[:, k * 64:(k + 1) * 64].astype(float) for k in (0, 2, 4))
    assert np.abs(first - middle).mean() > 1 and np.abs(last - middle).mean() > 1
    own = to_uint8(Sampler(place / "run")(2, seed=1)[0][0]).repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(middle, own)              # 0 steps
    assert picture.shape[0] > 4 * 64                        # two domains of two latents


def test_steps_along_a_direction_are_those_of_the_latent(place):
    sampler = Sampler(place / "run")
    begin = np.full((1, 3), 0.25, np.float32)
    found = along(sampler, begin, np.array([0.5, 0, -0.5], np.float32), np.array([-1.0, 0, 9]))
    by_hand = sampler.draw(np.array([[-0.25, 0.25, 0.75], [0.25] * 3, [1, 0.25, -1]], np.float32))
    for images, expected in zip(found, by_hand, strict=True):
        np.testing.assert_allclose(images, expected, atol=1e-5)


def test_a_sum_has_a_column_for_each_term_and_one_for_itself(place, capsys):
    name = any_class(place)
    assert edit(place, "--plus", name, name, "--minus", name, "--rows", "2") == 0
    assert f"{name} + {name} - {name}; each row the means of 3" in capsys.readouterr().out
    picture = decode(place / "out.png")
    tiles = picture[:64, -4 * 64:]
    np.testing.assert_array_equal(tiles[:, :64], tiles[:, -64:])    # a + a - a is a
    assert tiles.std() > 10


def test_strokes_find_the_image_that_they_were_taken_from(place, capsys):
    assert edit(place, "--strokes", str(place / "strokes.png"), "--domain", "glyph_edge",
                "--columns", "3") == 0
    assert "the 3 nearest of glyph_edge, which differ by" in capsys.readouterr().out
    picture = decode(place / "out.png")
    assert picture.shape[0] == 2 * 64 and picture[:, -4 * 64:].std() > 20
    sampler, whole = Sampler(place / "run"), decode(place / "image.png")
    strokes = np.concatenate([whole / 127.5 - 1, np.zeros((32, 32, 1))], -1).astype("float32")
    strokes[:, :16, 3] = 1
    inputs, apart = StrokeSearch(sampler, 1, 3, 60)(strokes)
    assert list(apart) == pytest.approx(sorted(apart), abs=0.05)
    under = np.abs(sampler.draw(inputs)[1] - strokes[..., :3])[:, :, :16].mean((1, 2, 3))
    np.testing.assert_allclose(apart, under, rtol=1e-3)
    usual = np.abs(sampler(50, seed=2)[1] - strokes[..., :3])[:, :, :16].mean((1, 2, 3))
    assert apart.max() < np.median(usual)


def test_an_image_of_ones_own_is_edited(place, capsys):
    assert edit(place, "--image", str(place / "image.png"), "--domain", "glyph_edge",
                "--direction", f"not:{any_class(place)}", "--columns", "3") == 0
    printed = capsys.readouterr().out
    assert "of it unmatched" in printed and "1 latents moved" in printed
    middle = decode(place / "out.png")[64:128, -2 * 64:-64][::2, ::2].astype(float)
    assert np.abs(middle - decode(place / "image.png")).mean() < 40


@pytest.mark.parametrize("more, message", [
    ([], "edit takes one of --direction, --plus and --minus, --strokes; here none is given"),
    (["--direction", "1", "--plus", "2"], "direction and plus are given"),
    (["--direction", "12"], "class"),
    (["--strokes", "{p}/image.png"], "is opaque everywhere"),
    (["--strokes", "{p}/none.png"], "cannot read the image"),
    (["--plus", "1", "--image", "{p}/image.png"], "leave out --image"),
    (["--direction", "1", "--domain", "street"], "domain"),
    (["--direction", "1", "--rows", "1000", "--columns", "1000"], "lower --rows or --columns"),
    (["--direction", "1", "--output", "x.jpg"], "the picture is a .png"),
])
def test_mistakes(place, capsys, more, message):
    assert edit(place, *(m.format(p=place) for m in more)) == 2
    error = capsys.readouterr().err.splitlines()
    assert message in error[-1] and "scogan: error" in error[-1]

"""Flicker of films whose motion is known."""

import numpy as np
import pytest

from framework.errors import UserError
from style import flicker, video
from style.flicker import frame_changes, main, sharpness


@pytest.fixture(scope="module")
def scene():
    """A smooth random picture, larger than what is shown of it."""
    import cv2
    noise = np.random.default_rng(0).integers(0, 256, (80, 100, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 3) // 2 * 3 - 60


def at(scene, x, y):
    return np.ascontiguousarray(scene[y:y + 64, x:x + 80])


def test_a_style_that_moves_with_its_source_does_not_flicker(scene):
    pair = at(scene, 5, 2), at(scene, 2, 0)
    found = frame_changes(pair, tuple(255 - frame for frame in pair))
    assert found["flicker"] == pytest.approx(0, abs=1e-6)
    assert found["stylised"] == pytest.approx(found["source"], rel=1e-4) and found["source"] > 0.02
    assert found["source, motion undone"] < found["source"] / 4
    assert 0.8 < found["pixels in sight"] < 1


def test_what_the_motion_does_not_explain_is_flicker(scene):
    still = at(scene, 0, 0)
    found = frame_changes((still, still), (np.full_like(still, 100), np.full_like(still, 151)))
    assert found["flicker"] == pytest.approx(0.2, abs=1e-6)
    assert found["pixels in sight"] == 1 and found["source"] == 0


def test_new_scenes_are_left_out(scene):
    black, white = np.zeros_like(at(scene, 0, 0)), np.full_like(at(scene, 0, 0), 255)
    found = frame_changes((black, white), (black, white))
    assert found["flicker"] == 0 and found["pixels in sight"] == 0 and found["source"] == 1


def test_sharpness_is_that_of_a_known_picture(scene):
    import cv2
    stripes = np.zeros((8, 8, 3), np.uint8)
    stripes[:, ::2] = 255                               # each stripe lies between two unlike it
    assert sharpness(stripes) == pytest.approx((6 * 2 + 2) / 8)
    assert sharpness(cv2.GaussianBlur(at(scene, 0, 0), (0, 0), 2)) < 0.7 * sharpness(
        at(scene, 0, 0))


def test_films(tmp_path, scene, capsys, monkeypatch):
    for name, step, count in (("a", 0, 3), ("b", 60, 3), ("short", 0, 2)):
        with video.write_film(tmp_path / f"{name}.mp4", 5) as take:
            for i in range(count):
                take(np.clip(at(scene, 3 * i, 0).astype(int) + step * (i % 2), 0,
                             255).astype(np.uint8))
    steady = main(tmp_path / "a.mp4", tmp_path / "a.mp4")
    restless = main(tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert steady["sharpness"] == pytest.approx(sharpness(at(scene, 3, 0)), rel=0.1)
    assert steady["flicker"] == 0 and 0.1 < restless["flicker"] < 60 / 255 + 0.02
    assert "3 frames" in capsys.readouterr().out
    with pytest.raises(UserError, match="3 frames and .* 2; flicker is between"):
        main(tmp_path / "a.mp4", tmp_path / "short.mp4")
    assert flicker._scale_to(at(scene, 0, 0), (32, 40, 3)).shape == (32, 40, 3)

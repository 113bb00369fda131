"""Films read back frame by frame."""

import cv2
import numpy as np
import pytest
from PIL import Image

from framework.animation import save_gif, save_mp4, there_and_back
from framework.errors import UserError


def frames(height=16, width=20):
    """Six frames, a white square that moves to the right over black."""
    film = np.zeros((6, height, width, 3), np.uint8)
    for t in range(6):
        film[t, 4:12, 2 * t:2 * t + 8] = 255
    return film


def test_there_and_back_repeats_neither_end():
    film = np.arange(4)[:, None]
    np.testing.assert_array_equal(there_and_back(film)[:, 0], [0, 1, 2, 3, 2, 1])


def test_gif(tmp_path):
    save_gif(tmp_path / "film.gif", frames(), per_second=20)
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 6 and film.info["duration"] == 50 and film.info["loop"] == 0
        film.seek(5)
        np.testing.assert_allclose(np.array(film.convert("RGB")), frames()[5], atol=2)


def test_mp4_cuts_odd_edges_off(tmp_path):
    save_mp4(tmp_path / "film.mp4", frames(65, 97), per_second=10)
    film = cv2.VideoCapture(str(tmp_path / "film.mp4"))
    read = [film.read() for _ in range(7)]
    assert [ok for ok, _ in read] == [True] * 6 + [False]
    for t, expected in enumerate(frames(65, 97)):
        found = read[t][1][:, :, ::-1].astype(float)
        assert found.shape == (64, 96, 3)
        assert np.abs(found - expected[:64, :96]).mean() < 12
    assert film.get(cv2.CAP_PROP_FPS) == 10


@pytest.mark.parametrize("save, name", [(save_gif, "film.gif"), (save_mp4, "film.mp4")])
def test_a_place_that_cannot_be_written(tmp_path, save, name):
    with pytest.raises(UserError, match="cannot write"):
        save(tmp_path / "nowhere" / name, frames())

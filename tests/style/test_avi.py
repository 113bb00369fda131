"""What an AVI file says of itself."""

import numpy as np
import pytest

from style import avi
from style.video import write_film


@pytest.fixture
def film(tmp_path):
    with write_film(tmp_path / "film.avi", 25) as take:
        for i in range(30):
            take(np.random.default_rng(i).integers(0, 255, (48, 64, 3), np.uint8))
    return tmp_path / "film.avi"


def test_a_whole_film_has_no_damage_and_a_rate(film):
    assert avi.is_avi(film) and not avi.states_no_rate(film)
    assert avi.frames_before_damage(film) is None


@pytest.mark.parametrize("place", [(0, 0), (1, 0), (0, 25)])
def test_a_rate_of_zero_is_found(film, place):
    data = film.read_bytes()
    at = data.index(b"strh") + 28
    film.write_bytes(data[:at] + b"".join(n.to_bytes(4, "little") for n in place) + data[at + 8:])
    assert avi.states_no_rate(film)


def test_the_first_damage_is_found(film):
    data = film.read_bytes()
    at = data.index(b"00dc", len(data) // 2)
    film.write_bytes(data[:at] + bytes(100) + data[at + 100:])
    assert avi.frames_before_damage(film) == data[data.index(b"movi"):at].count(b"00dc")


def test_a_film_that_is_cut_off_has_no_place_of_damage(film):
    film.write_bytes(film.read_bytes()[:film.stat().st_size // 2])
    assert avi.frames_before_damage(film) is None


@pytest.mark.parametrize("data", [b"", b"RIFF", b"\0" * 5000, b"RIFF\0\0\0\0AVI " + b"x" * 100])
def test_other_files_do_no_harm(tmp_path, data):
    (tmp_path / "a.avi").write_bytes(data)
    avi.is_avi(tmp_path / "a.avi"), avi.states_no_rate(tmp_path / "a.avi")
    assert avi.frames_before_damage(tmp_path / "a.avi") is None

"""What a program has drawn is read the next time, and drawn anew where anything differs."""

import os

import numpy as np
import pytest

from data import drawn as module
from data.drawn import drawn
from data.glyph import Glyphs
from data.street import draw_streets


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "LEAST", 1)
    return tmp_path / "cache" / "drawn"


@pytest.fixture
def draw(tmp_path):
    """A function that draws a number by `drawn`, and says how often it really did."""
    (tmp_path / "source.py").write_text("one")

    def by(key=1, number=7, sources=(tmp_path / "source.py",)):
        def make():
            by.count += 1
            return np.full(100, number, np.uint8)
        return drawn("x", key, sources, make)
    by.count = 0
    return by


def test_it_is_drawn_once(draw, cache, tmp_path):
    np.testing.assert_array_equal(draw(), draw(number=8))
    assert draw.count == 1 and draw()[0] == 7
    draw(key=2)
    assert draw.count == 2
    (tmp_path / "source.py").write_text("another")
    assert draw(number=9)[0] == 9 and draw.count == 3


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_drawn_anew(draw, cache, content):
    draw()
    [path] = cache.iterdir()
    path.write_bytes(content)
    assert draw(number=8)[0] == 8 and draw(number=9)[0] == 8


def test_a_cache_that_cannot_be_written_costs_nothing_else(draw, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "file"))
    assert draw()[0] == draw()[0] == 7 and draw.count == 2


def test_few_and_far_too_many_bytes_are_not_kept(draw, cache, monkeypatch):
    monkeypatch.setattr(module, "LEAST", 101)
    draw()
    monkeypatch.setattr(module, "LEAST", 1)
    monkeypatch.setattr(module, "ROOM", 99)
    draw()
    assert draw.count == 2 and not cache.exists()


def test_what_was_not_read_for_longest_makes_room(draw, cache, monkeypatch):
    draw(key=1)
    [first] = cache.iterdir()
    monkeypatch.setattr(module, "ROOM", 2 * first.stat().st_size)
    draw(key=2)
    [second] = set(cache.iterdir()) - {first}
    for age, path in ((9, first), (5, second)):
        os.utime(path, (0, path.stat().st_mtime - age))
    draw(key=1)                         # read just now
    draw(key=3)
    assert first.exists() and not second.exists() and len(list(cache.iterdir())) == 2


def test_digits_and_streets_are_the_same_from_the_cache(cache):
    def both():
        digits = Glyphs(600, size=16, seed=3)[20:560]
        return digits, draw_streets(digits, (1, 2))
    fresh, kept = both(), both()
    assert sorted(path.name.partition("-")[0] for path in cache.iterdir()) == ["glyph", "street"]
    for a, b in zip(fresh, kept, strict=True):
        np.testing.assert_array_equal(a, b)
    other = draw_streets(fresh[0], (1, 3))
    assert (other != fresh[1]).any()

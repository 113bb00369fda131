"""`stylize` of films: steady, resumed where it was stopped, drawn anew where something changed."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.pixels import to_uint8
from style import films, flicker, unfinished
from style.methods import METHODS
from style.minimise import Before
from style.video import Film, write_film
from tests.style.test_steady import pan

WORDS = ["stylize", "f.mp4", "s.png", "--output", "o.mp4", "--content_size", "0", "--no_report"]


class Stop(Exception):
    """What ends a run half-way, as a kill does."""


class Method:
    """Stands in for a method: turns the colours round, with noise that follows from the frame, so
    that a run that was resumed draws the same. It may be stopped at a frame."""

    def __init__(self, noise=0.12, stop=None):
        self.noise, self.stop, self.drawn = noise, stop, []

    def find(self, name):
        def draw(content, styles):
            if self.stop == len(self.drawn):
                raise Stop
            self.drawn.append(content)
            rng = np.random.default_rng(abs(int(1e6 * float(content.sum()))))
            return -content + rng.normal(0, self.noise, content.shape).astype("f4")
        return draw


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(unfinished, "PART", 4)
    cv2.imwrite("s.png", np.full((8, 8, 3), 90, np.uint8))
    film("f.mp4", pan(11))
    return tmp_path


def film(name, frames):
    with write_film(name, 10) as take:
        for frame in frames:
            take(frame)


def drawn_by(monkeypatch, method, *words):
    monkeypatch.setattr(METHODS, "find", method.find)
    assert main([*WORDS[:3], *words, *WORDS[3:]]) == 0
    return len(method.drawn)


def stopped(monkeypatch, at, *words):
    monkeypatch.setattr(METHODS, "find", Method(stop=at).find)
    with pytest.raises(Stop):
        main([*WORDS[:3], *words, *WORDS[3:]])


def test_a_film_is_steady_unless_that_is_switched_off(monkeypatch, capsys):
    found = {}
    for words in (["--steady", "0"], ["--steady", "0.5"], []):
        drawn_by(monkeypatch, Method(), *words, "--overwrite")
        found[" ".join(words)] = flicker.main("f.mp4", "o.mp4")
    free, half, usual = (each["flicker"] for each in found.values())
    assert 0.15 < usual / free < 0.45 and usual < half < 0.75 * free
    source = np.mean([flicker.sharpness(frame) for frame in Film("f.mp4")])
    assert source < found[""]["sharpness"] < found["--steady 0"]["sharpness"]


def test_a_resumed_film_is_that_of_an_unbroken_run(monkeypatch, capsys, place):
    assert drawn_by(monkeypatch, Method()) == 11
    whole = Path("o.mp4").read_bytes()
    Path("o.mp4").unlink()
    for at, left in ((6, 6), (3, 9)):
        stopped(monkeypatch, at)
        assert not Path("o.mp4").exists() and f"{left} of 11 frames are kept" in (
            capsys.readouterr().err)
    assert drawn_by(monkeypatch, Method()) == 2
    assert "o.mp4: goes on after the 9 frames" in capsys.readouterr().err
    assert Path("o.mp4").read_bytes() == whole
    assert sorted(path.name for path in place.iterdir()) == ["f.mp4", "o.mp4", "s.png"]


@pytest.mark.parametrize("change, said", [
    (lambda: film("f.mp4", pan(9)), "files"),
    (lambda: cv2.imwrite("s.png", np.zeros((9, 9, 3), np.uint8)), "files"),
    (lambda: ["--steady", "0.3"], "steady"), (lambda: ["--keep_colors"], "keep_colors")])
def test_what_changed_is_drawn_anew_with_a_line(monkeypatch, capsys, change, said):
    stopped(monkeypatch, 5)
    words = change()
    capsys.readouterr()
    assert drawn_by(monkeypatch, Method(), *(words if isinstance(words, list) else [])) in (9, 11)
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "anew" in each]
    assert f"come from other settings ({said})" in line


def test_several_styles_appear_together_so_that_the_same_command_goes_on(monkeypatch, place):
    cv2.imwrite("t.png", np.full((8, 8, 3), 30, np.uint8))
    stopped(monkeypatch, 14, "t.png")
    assert not list(place.glob("o*"))
    assert drawn_by(monkeypatch, Method(), "t.png") == 22 - 14
    assert sorted(path.name for path in place.glob("o*")) == ["o-s.mp4", "o-t.mp4"]
    assert not list(place.glob(".*"))


def test_equal_frames_are_drawn_once(monkeypatch):
    still = pan(3)
    film("f.mp4", [still[0]] * 4 + [still[2]] * 3)
    source = list(Film("f.mp4"))
    kinds = 1 + sum(not np.array_equal(a, b) for a, b in zip(source, source[1:], strict=False))
    assert drawn_by(monkeypatch, Method()) == kinds < 7 == Film("o.mp4").frame_count


def test_a_method_that_takes_steps_starts_from_the_frame_before(monkeypatch):
    frames, seen = pan(4), []

    def draw(content, before=None):
        seen.append(before)
        return -content
    film("f.mp4", [*frames, *pan(1, 5)])
    kept = films.draw_film(Film("f.mp4"), Path("o.mp4"), 0, draw, 0.8, True, {})
    assert kept.done == 5 and seen[0] is None and seen[4] is None       # at a cut it starts anew
    assert isinstance(seen[2], Before) and seen[2].weight == pytest.approx(0.16)
    source = list(Film("f.mp4"))
    apart = np.abs(to_uint8(seen[2].image)[0].astype(int) - (255 - source[2])).mean(-1)
    assert seen[2].image.shape == (1, 72, 96, 3) and seen[2].seen.shape == (1, 72, 96, 1)
    assert apart[seen[2].seen[0, ..., 0] > 0.5].mean() < 6


def test_steady_is_of_films_and_below_one(capsys):
    for words, said in ((["s.png", "s.png", "--steady", "0.5"], "steady is of films"),
                        (["f.mp4", "s.png", "--steady", "1"], "steady must be from 0 to 0.99")):
        assert main(["stylize", *words, "--output", f"x{Path(words[0]).suffix}"]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize("content, more, wanted", [
    ("f.mp4", [], {1}), ("f.mp4", ["--resolutions", "2"], {2}), ("s.png", [], {4})])
def test_a_net_draws_films_at_one_size_unless_told_otherwise(content, more, wanted, monkeypatch):
    asked = set()

    def draw(content, styles, *, resolutions=4):
        asked.add(resolutions)
        return -content
    monkeypatch.setattr(METHODS, "find", lambda name: draw)
    output = f"o{Path(content).suffix}"
    assert main(["stylize", content, "s.png", "--output", output, "--no_report", *more,
                 "--method", "inverse"]) == 0
    assert asked == wanted

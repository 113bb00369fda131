"""The film of a run: which grids, how large, how long, and when there is none."""

import os
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from config.resolve import resolve
from config.run import Run
from framework.plots import save_png
from trainers import film
from trainers.film import evenly_chosen, film_size, grids_of, write_film


@pytest.mark.parametrize("count, most, chosen", [
    (0, 60, []), (1, 60, [0]), (3, 60, [0, 1, 2]), (5, 3, [0, 2, 4]), (9, 4, [0, 3, 5, 8])])
def test_frames_are_chosen_by_rank(count, most, chosen):
    assert evenly_chosen(count, most) == chosen


def test_of_many_frames_the_first_and_the_last_are_kept():
    chosen = evenly_chosen(1000, 60)
    assert len(chosen) == 60 and (chosen[0], chosen[-1]) == (0, 999)
    assert {b - a for a, b in pairwise(chosen)} == {16, 17}


@pytest.mark.parametrize("size, frames, made", [
    ((100, 640), 3, (100, 640)),                # small enough
    ((200, 1600), 3, (100, 800)),               # too wide
    ((600, 400), 60, (300, 200))])              # too much in all: 14.4 million pixels
def test_frames_are_made_smaller_where_they_must(size, frames, made):
    assert film_size(*size, frames) == made


@pytest.fixture
def run(tmp_path):
    made = Run(tmp_path, resolve(["--preset", "none"]))
    made.samples.mkdir()
    return made


def draw(run, *iterations, size=(40, 60)):
    """Noise around a grey that is as light as the iteration is late."""
    random = np.random.default_rng(0)
    for iteration in iterations:
        picture = random.integers(0, 40, (*size, 3)) + min(iteration, 200)
        save_png(run.samples / f"{iteration:06d}.png", picture.astype(np.uint8))


def frames(run):
    """Mean level and milliseconds of each frame."""
    with Image.open(run.progress_gif) as found:
        shown = []
        for k in range(found.n_frames):
            found.seek(k)
            shown.append((float(np.mean(found.convert("RGB"))), found.info["duration"]))
        return shown, found.size


def test_grids_come_in_the_order_of_their_iterations_and_the_last_stays(run):
    draw(run, 100, 2, 1_000_000, 50, 0)
    write_film(run, 1_000_000)
    shown, size = frames(run)
    assert size == (60, 40)
    levels = [level for level, _ in shown]
    assert levels == pytest.approx([19.5, 21.5, 69.5, 119.5, 219.5], abs=2)
    assert [milliseconds for _, milliseconds in shown] == pytest.approx([125] * 4 + [2000], abs=6)


def test_grids_that_a_killed_run_left_of_later_iterations_are_not_shown(run):
    draw(run, 0, 50, 100, 200)
    assert [path.stem for path in grids_of(run.samples, 199)] == ["000000", "000050", "000100"]


def test_even_noise_stays_below_about_five_megabytes(run, monkeypatch):
    monkeypatch.setattr(film, "MAX_PIXELS", film.MAX_PIXELS // 10)      # for speed
    noise = np.random.default_rng(0).integers(0, 256, (70, 140, 3)).astype(np.uint8)
    for iteration in range(60):
        save_png(run.samples / f"{iteration:06d}.png", np.roll(noise, iteration, 1))
    write_film(run, 59)
    shown, size = frames(run)
    assert len(shown) == 60 and size == (109, 54)
    assert 400_000 < os.path.getsize(run.progress_gif) < 530_000        # a tenth, too


def too_few(run):
    draw(run, 0, 1)


def of_two_sizes(run):
    draw(run, 0, 1, 2)
    draw(run, 3, size=(40, 62))


def broken(run):
    draw(run, 0, 1, 2, 3)
    (run.samples / "000002.png").write_bytes((run.samples / "000001.png").read_bytes()[:300])


@pytest.mark.parametrize("left", [too_few, of_two_sizes, broken])
def test_there_is_no_film(run, left, capfd):
    left(run)
    write_film(run, 9)
    assert [path.name for path in run.path.iterdir()] == ["samples"]
    assert capfd.readouterr() == ("", "")


def test_a_film_that_is_replaced_is_whole_or_as_before(run, monkeypatch):
    draw(run, 0, 1, 2)
    run.progress_gif.write_bytes(b"before")

    def full(self, *args, **options):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(film.UserError, match=r"cannot write .*progress.gif: No space"):
        write_film(run, 2)
    assert run.progress_gif.read_bytes() == b"before"
    assert {path.name for path in run.path.iterdir()} == {"samples", "progress.gif"}

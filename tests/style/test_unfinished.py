"""What is kept of a film that is being drawn, and when it is drawn anew."""

from fractions import Fraction

import numpy as np
import pytest

from framework.errors import UserError
from style import unfinished
from style.unfinished import Unfinished
from style.video import Film

SETTINGS = {"method": "swap", "steady": 0.8, "files": {"a": [[".", 3, 5]]}, "mix": (0.5, 0.5)}


@pytest.fixture(autouse=True)
def short_parts(monkeypatch):
    monkeypatch.setattr(unfinished, "PART", 4)


def frame(i):
    return np.random.default_rng(i).integers(0, 256, (16, 20, 3), np.uint8)


@pytest.fixture
def kept(tmp_path):
    """A function to what a new run finds, the run before having been killed."""
    runs = []

    def new(settings=SETTINGS):
        for run in runs:
            run.release()
        runs.append(Unfinished(tmp_path / "o.mp4", Fraction(25), settings))
        return runs[-1]
    return new


def names(folder):
    return sorted(path.name for path in (folder / ".o.mp4.unfinished").iterdir())


def test_frames_are_kept_and_parts_end_at_the_same_places(tmp_path, kept, capsys):
    first = kept()
    assert first.done == 0 and not list(tmp_path.iterdir())     # nothing before the first frame
    for i in range(6):
        first.take(frame(i))
    assert names(tmp_path) == [*(f"frame-0000000{i}.png" for i in (3, 4, 5)), "lock",
                               "made_by.json", "part-00000004.nut"]
    again = kept()
    assert capsys.readouterr().err == (f"{tmp_path}/o.mp4: goes on after the 6 frames that an "
                                       "earlier run drew\n")
    assert again.done == 6
    np.testing.assert_array_equal(again.last, frame(5))
    for i in range(6, 9):
        again.take(frame(i))
    parts = again.finish()
    assert [path.name for path in parts] == [f"part-0000000{i}.nut" for i in (4, 8, 9)]
    assert [Film(path).frame_count for path in parts] == [4, 4, 1]
    assert kept().done == 9                     # also if it was stopped right then
    again.remove()
    assert not list(tmp_path.iterdir())


def test_right_after_a_part_the_last_frame_is_still_there(tmp_path, kept):
    first = kept()
    for i in range(4):
        first.take(frame(i))
    again = kept()
    assert again.done == 4
    np.testing.assert_array_equal(again.last, frame(3))


def test_a_part_that_was_not_written_to_its_end_is_written_again(tmp_path, kept):
    first = kept()
    for i in range(3):
        first.take(frame(i))
    (first.folder / ".new-x.nut").write_bytes(b"half")
    again = kept()
    assert again.done == 3 and ".new-x.nut" not in names(tmp_path)


@pytest.mark.parametrize("other, said", [
    ({"steady": 0.5}, "(steady)"), ({"files": {"a": [[".", 3, 6]]}}, "(files)"),
    ({"steady": 0.5, "method": "wct"}, "(method, steady)")])
def test_other_settings_start_anew_with_a_line(tmp_path, kept, capsys, other, said):
    kept().take(frame(0))
    found = kept({**SETTINGS, **other})
    assert found.done == 0 and found.last is None and not list(tmp_path.iterdir())
    err = capsys.readouterr().err
    assert f"come from other settings {said}; it is drawn anew" in err and err.count("\n") == 1


@pytest.mark.parametrize("spoil", [
    lambda folder: (folder / "frame-00000001.png").write_bytes(b""),
    lambda folder: (folder / "made_by.json").write_text("{"),
    lambda folder: (folder / "made_by.json").unlink()])
def test_what_cannot_be_read_starts_anew_with_a_line(tmp_path, kept, capsys, spoil):
    first = kept()
    first.take(frame(0))
    first.take(frame(1))
    spoil(first.folder)
    assert kept().done == 0 and not list(tmp_path.iterdir())
    assert "cannot be read; it is drawn anew" in capsys.readouterr().err


def test_two_runs_do_not_draw_the_same_film_at_once(tmp_path, kept):
    first = kept()
    first.take(frame(0))
    with pytest.raises(UserError, match="o.mp4 is being drawn by another process"):
        Unfinished(tmp_path / "o.mp4", Fraction(25), SETTINGS)
    first.take(frame(1))
    assert kept().done == 2

"""What the loop keeps, when it ends early, and how it goes back where numbers are not finite."""

import io
import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from config.run import Run
from framework import progress
from framework.checkpoint_files import found_checkpoints
from framework.errors import NotFinite, UserError
from framework.history import History
from trainers.loop import fit
from trainers.restarts import BATCHES_STEP, MAX_RESTARTS, Restarts


class Counting:
    """A trainer whose weight is the sum of its batches. At iteration `breaks_at` it is broken, in
    its term or in its weight, as long as its seed is one of `broken_seeds`."""

    def __init__(self, breaks_at=None, weight=False, broken_seeds=None):
        self.seed, self.sum = 3, keras.Variable(0.0)
        self.breaks_at, self.weight, self.broken_seeds = breaks_at, weight, broken_seeds

    def state(self):
        return {"nets": [self.sum]}

    def iterate(self, iteration, batch):
        wrong = iteration == (-1 if self.breaks_at is None else self.breaks_at) and (
            self.broken_seeds is None or self.seed in self.broken_seeds)
        bad = tf.where(wrong, np.nan, 0.0)
        self.sum.assign_add(batch + (bad if self.weight else 0.0))
        return {"loss": tf.identity(self.sum.value) + (0.0 if self.weight else bad)}

    def export(self, folder):
        (folder / "exported").write_text("")


def batches(start, stop):
    for i in range(start, stop):
        yield tf.constant(float(i % BATCHES_STEP) + 1000.0 * (i // BATCHES_STEP))


def train(path, trainer, iterations=12, monitor=None, batches=batches, page=None, **output):
    config = resolve(["--preset", "none", "--no-tensorboard"]).with_options(
        checkpoint_every=2, sample_every=6, log_every=1, iterations=iterations, **output)
    with Run.open(path, config) as run:
        return fit(run, trainer, batches, iterations, compile="none", monitor=monitor,
                   picture=lambda: np.zeros((8, 8, 3), np.uint8), output=config.output,
                   page=page)


def kept(path, folder="checkpoints"):
    return [each.name for each in found_checkpoints(path / folder)]


def test_as_many_checkpoints_stay_as_asked_for(tmp_path):
    train(tmp_path / "run", Counting(), keep_checkpoints=4)
    assert kept(tmp_path / "run") == ["ckpt-12", "ckpt-10", "ckpt-8", "ckpt-6"]


class Stream(io.StringIO):
    """What stands in for stderr, a terminal or a file."""

    def __init__(self, terminal):
        super().__init__()
        self.isatty = lambda: terminal


def replace_stderr(monkeypatch, terminal):
    """A stream in the place of stderr, to which every iteration may write."""
    monkeypatch.setattr(progress.sys, "stderr", stream := Stream(terminal))
    monkeypatch.setattr(progress, "DELAY", 0)
    monkeypatch.setattr(progress, "INTERVAL", 0)
    return stream


BESIDE = "loss 15, kid (pixels) 0.5"            # after six iterations


def test_a_log_file_gets_lines_of_plain_text(tmp_path, monkeypatch):
    stderr = replace_stderr(monkeypatch, terminal=False)
    train(tmp_path / "run", Counting(), monitor=scores(0.5, 0.25), monitor_every=5)
    lines = stderr.getvalue().split("\n")
    if lines[0] == "compiling the first iteration: 0 of 12 iterations":     # where it took a while
        del lines[0]
    assert all(map(str.isprintable, lines)) and len(lines) == 12 and not lines.pop()
    assert lines[0] == "training: 1 of 12 iterations, loss 0"
    assert lines[5].startswith("training: 6 of 12 iterations, 0:00:0")
    assert lines[5].endswith(f" left, {BESIDE}")


def test_a_terminal_gets_one_line_that_is_drawn_anew(tmp_path, monkeypatch):
    stderr = replace_stderr(monkeypatch, terminal=True)
    train(tmp_path / "run", Counting(), iterations=6, monitor=scores(0.5), monitor_every=5)
    said = stderr.getvalue()
    assert said.count("\n") == 1 and "compiling the first iteration:   0%" in said
    assert said.split("\r")[-1].startswith("training: 100%") and f", {BESIDE}]" in said


def test_early_grids_come_at_once_and_without_the_plot(tmp_path):
    path, there = tmp_path / "run", []

    def looking(start, stop):
        for batch in batches(start, stop):
            there.append((len(list((path / "samples").iterdir())), (path / "losses.png").exists()))
            yield batch
    train(path, Counting(), batches=looking)
    assert there == [(1, False), (2, False), *3 * [(3, False)], (4, False), *6 * [(5, True)]]
    assert (path / "progress.gif").stat().st_size > 20


def scores(*values):
    coming = iter(values)
    return lambda: {"monitor/kid (pixels)/a": next(coming)}


def test_a_page_is_written_after_each_picture_and_at_the_end(tmp_path):
    class Page:
        def __init__(self):
            self.writes = []

        def write(self, now=False):
            pictures = len(list((tmp_path / "run" / "samples").glob("*.png")))
            self.writes.append((pictures, now, (tmp_path / "run" / "models" / "exported").exists()))
    page = Page()
    train(tmp_path / "run", Counting(), page=page)
    # Of 1, 2, 5, 6 and 12 iterations, beside the one before the first; and when the nets are there.
    assert page.writes == [(n, False, False) for n in (2, 3, 4, 5, 6)] + [(6, True, True)]


def test_the_best_checkpoint_is_kept_beside_the_newest(tmp_path):
    path = tmp_path / "run"
    train(path, Counting(), monitor=scores(5.0, 2.0, 3.0, 4.0), monitor_every=3, keep_best="kid")
    assert kept(path, "checkpoints/best") == ["ckpt-6"]
    assert kept(path) == ["ckpt-12", "ckpt-10"]
    best = tf.train.load_checkpoint(str(path / "checkpoints" / "best" / "ckpt-6"))
    assert best.get_tensor("nets/0/.ATTRIBUTES/VARIABLE_VALUE") == sum(range(6))


def test_training_ends_where_nothing_better_comes(tmp_path, capsys):
    path, asked = tmp_path / "run", {"monitor_every": 2, "keep_best": "kid"}
    done = train(path, Counting(), monitor=scores(1.0, 2.0, 2.0, 0.5), patience=2, **asked)
    assert done == 6 and kept(path) == ["ckpt-6", "ckpt-4"]
    assert "kid did not improve in 2 measurements" in capsys.readouterr().out
    assert train(path, Counting(), monitor=scores(), patience=2, **asked) == 6
    assert "raise --patience" in capsys.readouterr().out
    assert train(path, Counting(), monitor=scores(0.5, 0.4, 0.3), patience=3, **asked) == 12
    assert kept(path, "checkpoints/best") == ["ckpt-12"]


@pytest.mark.parametrize("weight", [False, True])
def test_nothing_that_is_not_finite_is_written(tmp_path, weight):
    path = tmp_path / "run"
    with pytest.raises(NotFinite, match="is no longer finite at iteration 7"):
        train(path, Counting(breaks_at=7, weight=weight))
    assert kept(path) == ["ckpt-6", "ckpt-4"]
    assert np.isfinite(History(path / "losses.csv").read()["loss"]).all()


@pytest.mark.parametrize("at", [0, 7])
def test_a_run_goes_back_with_other_random_numbers(tmp_path, capsys, at):
    path, trainer = tmp_path / "run", Counting(breaks_at=at, weight=True, broken_seeds={3})
    assert train(path, trainer, on_nan="restore") == 12
    said = capsys.readouterr().out
    assert said.count("goes back to the last good checkpoint") == 1 and "1 of at most" in said
    before = at // 2 * 2
    assert float(trainer.sum) == sum(range(12)) + 1000 * (12 - before)
    history = History(path / "losses.csv").read()
    np.testing.assert_array_equal(history["iteration"], np.arange(12))
    assert np.isfinite(history["loss"]).all()
    assert len(json.loads((path / "restarts.json").read_text())) == 1


def test_a_run_that_went_back_is_continued_as_if_unbroken(tmp_path):
    whole, broken = Counting(5, True, {3}), Counting(5, True, {3})
    train(tmp_path / "whole", whole, on_nan="restore")
    train(tmp_path / "broken", broken, iterations=8, on_nan="restore")
    again = Counting(5, True, {3})
    train(tmp_path / "broken", again, on_nan="restore")
    assert float(again.sum) == float(whole.sum) and again.seed == whole.seed != 3
    assert ((tmp_path / "whole" / "losses.csv").read_text()
            == (tmp_path / "broken" / "losses.csv").read_text())


def test_nothing_is_written_where_all_checkpoints_are_damaged(tmp_path):
    path = tmp_path / "run"
    train(path, Counting(), tensorboard=True)
    for file in (path / "checkpoints").glob("ckpt-*"):
        file.write_bytes(b"")
    before = {each: each.stat().st_mtime_ns for each in path.rglob("*") if each.is_file()}
    with pytest.raises(UserError, match="every checkpoint"):
        train(path, Counting(), iterations=20, tensorboard=True)
    after = {each: each.stat().st_mtime_ns for each in path.rglob("*") if each.is_file()}
    assert {each.name for each in after if after[each] != before.get(each)} == {"config.json"}
    assert before.keys() <= after.keys()


def test_what_is_done_is_kept_where_the_data_fail(tmp_path):
    def failing(start, stop):
        yield from batches(start, 5)
        raise UserError("the image x.png is broken")
    path, again = tmp_path / "run", Counting()
    with pytest.raises(UserError, match="x.png"):
        train(path, Counting(), batches=failing)
    assert kept(path) == ["ckpt-5", "ckpt-4"]
    assert train(path, again) == 12 and float(again.sum) == sum(range(12))


def test_it_goes_back_a_bounded_number_of_times(tmp_path, capsys):
    with pytest.raises(NotFinite, match=f"gone back {MAX_RESTARTS} times already"):
        train(tmp_path / "run", Counting(breaks_at=7), on_nan="restore")
    assert capsys.readouterr().out.count("goes back") == MAX_RESTARTS
    assert kept(tmp_path / "run") == ["ckpt-6", "ckpt-4"]


def test_streams_of_random_numbers_do_not_meet(tmp_path):
    restarts, seeds = Restarts(Run(tmp_path, resolve(["--preset", "none"])), True), set()
    for _ in range(MAX_RESTARTS):
        restarts.note(NotFinite("x"))
        seeds |= {restarts.seed(seed) for seed in range(100)}
    assert len(seeds) == 100 * MAX_RESTARTS and not seeds & set(range(100))
    assert max(seeds) < 2**31

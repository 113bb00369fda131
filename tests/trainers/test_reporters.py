"""What the chief writes of a run, and when a run must stop."""

from types import SimpleNamespace

import numpy as np
import pytest

from framework.errors import UserError
from framework.history import History
from trainers.reporters import ChiefReporter, WorkerReporter, check_finite

PICTURE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "samples").mkdir()
    return SimpleNamespace(losses_csv=tmp_path / "losses.csv", losses_png=tmp_path / "losses.png",
                           samples=tmp_path / "samples", checkpoints=tmp_path / "checkpoints",
                           tensorboard=tmp_path / "tensorboard")


def chief(run, tensorboard=False):
    return ChiefReporter(run, lambda: PICTURE, tensorboard)


def test_a_new_run_begins_with_a_picture_and_one_that_goes_on_does_not(run):
    chief(run).start(0)
    assert [path.name for path in run.samples.iterdir()] == ["000000.png"]
    (run.samples / "000000.png").unlink()
    chief(run).start(3)
    assert not list(run.samples.iterdir())


def test_rows_are_written_and_the_newest_terms_returned(run):
    reporter = chief(run)
    reporter.start(0)
    reporter.note(0, {"d/a": np.float32(2.5)})
    reporter.note(1, {"d/a": np.float32(1.5), "monitor/kid (pixels)/a": 0.25})
    monitored = {"monitor/kid (pixels)/a": 0.25}
    assert reporter.log() == {"d/a": 1.5} | monitored
    found = History(run.losses_csv).read()
    np.testing.assert_array_equal(found["d/a"], [2.5, 1.5])
    np.testing.assert_array_equal(found["monitor/kid (pixels)/a"], [np.nan, 0.25])
    reporter.note(2, {"d/a": np.float32(0.5)})
    assert reporter.log() == {"d/a": 0.5} | monitored                   # the last that there was


def test_what_came_before_a_term_that_is_not_finite_is_kept(run):
    reporter = chief(run)
    reporter.start(0)
    for iteration, value in enumerate((1.0, np.nan, 3.0)):
        reporter.note(iteration, {"d/a": value})
    with pytest.raises(UserError, match="d/a is no longer finite at iteration 1; .*checkpoints"):
        reporter.log()
    np.testing.assert_array_equal(History(run.losses_csv).read()["d/a"], [1.0])


def test_a_picture_and_the_plot_of_what_was_logged(run):
    reporter = chief(run, tensorboard=True)
    reporter.start(0)
    for iteration in range(3):
        reporter.note(iteration, {"d/a": float(iteration)})
    reporter.log()
    reporter.picture(3)
    assert (run.samples / "000003.png").stat().st_size > 60 and not run.losses_png.exists()
    reporter.plot()
    assert run.losses_png.stat().st_size > 2000
    assert len(list(run.tensorboard.iterdir())) == 1


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_only_finite_terms_pass(run, value):
    check_finite(run, 4, {"g/a": 1.0})
    with pytest.raises(UserError, match="g/b is no longer finite at iteration 4"):
        check_finite(run, 4, {"g/a": 1.0, "g/b": value})


def test_a_worker_writes_nothing(run, tmp_path):
    reporter = WorkerReporter(run)
    reporter.start(0)
    reporter.note(0, {"d/a": 1.0})
    assert reporter.log() == {}
    reporter.picture(1)
    reporter.plot()
    assert [path.name for path in tmp_path.iterdir()] == ["samples"]
    assert not list(run.samples.iterdir())

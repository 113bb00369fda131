"""The best measurement so far, as an unbroken run and a resumed one see it."""

import pytest

from config.resolve import resolve
from config.run import Run
from framework.history import History
from trainers.best import BestSoFar


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path, resolve(["--preset", "none"]))


def measured(name, *values):
    return {f"monitor/{name}/domain{k}": value for k, value in enumerate(values)}


@pytest.mark.parametrize("name, values, better", [
    ("kid", (3.0, 2.0, 2.5, 2.0, 1.0), [True, True, False, False, True]),
    ("swd", (-1.0, -2.0), [True, True]),
    ("pair_agreement", (0.5, 0.4, 0.6), [True, False, True])])
def test_better_is_lower_but_for_agreement(run, name, values, better):
    best = BestSoFar(name, 0, run)
    assert [best.note(measured(name, v)) for v in values] == better
    assert not best.exhausted


def test_the_mean_over_the_domains_counts(run):
    best = BestSoFar("kid", 0, run)
    assert best.note(measured("kid (pixels)", 1.0, 5.0))
    assert not best.note(measured("kid (pixels)", 0.1, 6.0))
    assert best.note(measured("kid (pixels)", 3.0, 2.0))


def test_what_is_no_measurement_is_passed_over(run):
    best = BestSoFar("kid", 1, run)
    assert not best.note({"d/a": 1.0})
    assert not best.note(measured("swd", 1.0))
    assert not best.note(measured("kid", float("nan")))
    assert best.since == 0 and not best.exhausted


def test_patience_counts_measurements_without_a_better_one(run):
    best = BestSoFar("kid", 2, run)
    ended = []
    for value in (3.0, 4.0, 2.0, 2.0, 5.0):
        best.note(measured("kid", value))
        ended.append(best.exhausted)
    assert ended == [False, False, False, False, True]
    assert str(best).startswith("kid did not improve in 2 measurements")


def test_a_resumed_run_knows_what_was_measured(run):
    history = History(run.losses_csv)
    for iteration, value in enumerate((3.0, 1 / 3, 2.0)):
        history.append(2 * iteration, {"d/a": 0.0})
        history.append(2 * iteration + 1, {"d/a": 0.0, **measured("kid", value)})
    history.flush()
    best = BestSoFar("kid", 2, run)
    assert best.since == 1 and not best.note(measured("kid", 1 / 3)) and best.exhausted

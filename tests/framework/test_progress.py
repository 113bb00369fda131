"""What is shown while something is under way: a bar on a terminal, seldom a line elsewhere."""

import io
import time

import pytest

from framework import progress as module
from framework.progress import progress


@pytest.fixture
def clock(monkeypatch):
    """The seconds that the module reads; a list of one, to be changed."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_after_two_seconds_and_then_every_thirty(clock, capsys):
    with progress(100, "reading", "images") as bar:
        for _ in range(99):
            clock[0] += 1
            bar.update()
    said = capsys.readouterr()
    assert said.out == "" and said.err.splitlines() == [
        f"reading: {n} of 100 images, 0:{(100 - n) // 60:02}:{(100 - n) % 60:02} left"
        for n in (2, 32, 62, 92)]


def test_lines_go_on_where_it_stopped_and_count_no_first_one_into_the_pace(clock, capsys):
    with progress(1000, "compiling", "iterations", 400, lasting=True) as bar:
        clock[0] += 60
        bar.set_description("training")
        bar.set_postfix_str("d 0.7")
        bar.update()
        for _ in range(80):
            clock[0] += 0.5
            bar.update()
    assert capsys.readouterr().err.splitlines() == [
        "training: 401 of 1000 iterations, d 0.7",
        "training: 461 of 1000 iterations, 0:04:30 left, d 0.7"]


def test_what_is_not_to_be_shown_says_nothing(clock, capsys):
    with progress(100, "training", "iterations", shown=False) as bar:
        for _ in range(99):
            clock[0] += 1
            bar.update()
    assert capsys.readouterr() == ("", "")


def test_what_is_quick_says_nothing(clock, capsys):
    with progress(10, "reading", "images") as bar:
        bar.update(10)
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_gets_a_bar(monkeypatch):
    monkeypatch.setattr(module.sys, "stderr", stream := Terminal())
    monkeypatch.setattr(module, "DELAY", 0)
    with progress(4, "reading", "images") as bar:
        bar.update(3)
    assert "reading" in stream.getvalue()


def test_a_lasting_bar_stays_with_what_is_beside_it(monkeypatch):
    monkeypatch.setattr(module.sys, "stderr", stream := Terminal())
    with progress(10, "training", "iterations", 6, lasting=True) as bar:
        bar.set_postfix_str("d 0.693, g 1.2", refresh=False)
        bar.update(3)
    last = stream.getvalue().rstrip("\n").split("\r")[-1]
    assert stream.getvalue().endswith("\n") and last.startswith("training:  90%")
    assert "9/10" in last and last.endswith(", d 0.693, g 1.2]")


def test_a_first_thing_that_takes_long_is_announced(monkeypatch, capsys):
    monkeypatch.setattr(module, "DELAY", 0.05)
    with progress(40, "compiling", "iterations", 2, lasting=True) as bar:
        time.sleep(0.3)
        bar.update()
    assert capsys.readouterr().err.splitlines() == [
        "compiling: 2 of 40 iterations", "compiling: 3 of 40 iterations"]


def test_a_terminal_gets_a_bar_that_has_not_moved_and_goes(monkeypatch):
    monkeypatch.setattr(module.sys, "stderr", stream := Terminal())
    monkeypatch.setattr(module, "DELAY", 0.05)
    with progress(4, "reading", "images"):
        time.sleep(0.3)
        assert "reading:   0%" in stream.getvalue()
    assert stream.getvalue().split("\r")[-2].strip() == ""       # cleared

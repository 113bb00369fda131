"""What is shown while something is under way: a bar on a terminal, seldom a line elsewhere."""

import io

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
        f"reading: {n} of 100 images" for n in (2, 32, 62, 92)]


def test_what_is_quick_says_nothing(clock, capsys):
    with progress(10, "reading", "images") as bar:
        bar.update(10)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True
    monkeypatch.setattr(module.sys, "stderr", stream := Terminal())
    monkeypatch.setattr(module, "DELAY", 0)
    with progress(4, "reading", "images") as bar:
        bar.update(3)
    assert "reading" in stream.getvalue()

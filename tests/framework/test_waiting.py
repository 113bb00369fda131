"""What takes long says so, what is quick does not."""

import time

import pytest

from framework.quiet import quiet
from framework.waiting import progress_bar, show_beside, waiting


def test_what_is_quick_says_nothing(capfd):
    with waiting("loading", 5):
        pass
    assert capfd.readouterr().err == ""


def test_what_takes_long_says_so_once_even_where_stderr_is_still(capfd, monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    with waiting("loading the nets", 0.01), quiet():
        time.sleep(0.2)
    assert capfd.readouterr().err == "loading the nets ...\n"


def test_an_error_passes(capfd):
    with pytest.raises(ValueError, match="x"), waiting("loading", 5):
        raise ValueError("x")


def test_a_bar_says_nothing_in_a_log_until_half_a_minute_has_passed(capfd, monkeypatch):
    with progress_bar(3, "image") as bar:
        show_beside(bar, "loss 1")
        bar.update()
    assert capfd.readouterr().err == ""
    monkeypatch.setattr("framework.waiting.LOG_SECONDS", 0)
    with progress_bar(3, "image") as bar:
        show_beside(bar, "loss 2")
        bar.update()
    assert "1/3" in (said := capfd.readouterr().err) and "loss 2" in said

"""What C++ says while a module is imported stays out of sight, unless it is asked for."""

import gc
import os
import subprocess
import sys
from importlib import import_module

import pytest

from framework.quiet import missing, quiet


def test_stderr_is_still_in_the_block_only(monkeypatch, capfd):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    with quiet():
        os.write(2, b"greeting")
        print("result")
    os.write(2, b"after")
    assert capfd.readouterr() == ("result\n", "after")


def test_nothing_is_lost_when_the_block_fails(monkeypatch, capfd):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    with pytest.raises(ImportError), quiet():
        os.write(2, b"why")
        raise ImportError
    os.write(2, b" after")
    assert capfd.readouterr().err == "why after"


@pytest.mark.parametrize("level", ["0", "1"])
def test_messages_that_are_asked_for_are_shown(monkeypatch, capfd, level):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", level)
    with quiet():
        os.write(2, b"greeting")
    assert capfd.readouterr().err == "greeting"


def test_the_collector_rests_in_the_block_and_stays_as_it_was(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "2")
    with quiet():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), quiet():
        raise ImportError
    assert gc.isenabled()
    gc.disable()
    try:
        with quiet():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_package_is_missing_in_the_block_only(monkeypatch):
    monkeypatch.delitem(sys.modules, "turtle", raising=False)
    with missing("turtle", "json"):
        with pytest.raises(ImportError):
            import_module("turtle")
        assert import_module("json").loads("1") == 1    # which has been imported already
    assert "turtle" not in sys.modules and "json" in sys.modules


STARTED = """
import gc, sys
from framework.quiet import import_tensorflow
import_tensorflow()
assert gc.get_freeze_count() > 100_000 and gc.isenabled()
from report.page import RunPage
from trainers import train
print(*sorted({"IPython", "av", "matplotlib", "scipy.linalg", "tensorboard"} & set(sys.modules)))
import matplotlib
"""


def test_what_a_training_needs_only_later_is_not_imported_before_it():
    """Each of them takes tenths of a second, in the time until the first iteration."""
    run = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True,
                         env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    assert (run.returncode, run.stdout.split()) == (0, []), run.stderr

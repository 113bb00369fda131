"""What C++ says while a module is imported stays out of sight, unless it is asked for."""

import os

import pytest

from framework.quiet import quiet


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

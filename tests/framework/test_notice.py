"""A line about what takes long; none about what does not."""

import os
import time

import pytest

from framework import notice
from framework.notice import announced
from framework.quiet import quiet


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(notice, "DELAY", 0.05)


def test_what_is_quick_is_not_announced(soon, capfd):
    with announced("reading"):
        pass
    time.sleep(0.15)
    assert capfd.readouterr() == ("", "")


def test_what_takes_long_is_announced_once_also_where_stderr_is_kept_still(soon, capfd,
                                                                           monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    with announced("reading \udcff"), quiet():
        os.write(2, b"greeting")
        time.sleep(0.3)
    assert capfd.readouterr() == ("", "reading \\udcff ...\n")


def test_an_error_goes_on_its_way(soon, capfd):
    with pytest.raises(ValueError, match="broken"), announced("reading"):
        raise ValueError("broken")
    assert capfd.readouterr().err == ""

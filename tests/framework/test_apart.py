"""Calls in a process of their own."""

import os

import pytest

from framework.apart import run_apart
from framework.errors import UserError


def answer(*words):
    return os.getpid(), words


def mistake():
    raise UserError("one line")


def end(status):
    os._exit(status)


def test_the_result_comes_from_another_process():
    process, words = run_apart("asking", answer, "a", 1)
    assert words == ("a", 1) and process != os.getpid()


def test_what_goes_wrong_there_is_said_here():
    with pytest.raises(UserError, match="^one line$"):
        run_apart("asking", mistake)
    with pytest.raises(UserError, match="^asking ended with status 3$"):
        run_apart("asking", end, 3)

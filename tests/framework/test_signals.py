"""Handlers of the signals that ask a process to stop, for a while."""

import os
import signal

import pytest

from framework.signals import STOPPING, handling


@pytest.mark.parametrize("number", STOPPING)
def test_the_handler_gets_the_signal_and_the_old_one_comes_back(number):
    before, got = signal.getsignal(number), []
    with handling(got.append):
        os.kill(os.getpid(), number)
        assert got == [number]
    assert signal.getsignal(number) is before


def test_the_old_handlers_come_back_after_an_error():
    before = [signal.getsignal(number) for number in STOPPING]
    with pytest.raises(ZeroDivisionError), handling(print):
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in STOPPING] == before

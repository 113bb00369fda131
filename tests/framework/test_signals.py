"""Handlers of the signals that ask a process to stop, for a while."""

import ctypes
import os
import signal
import subprocess
import sys
import time

import pytest

from framework.signals import FAREWELL, STOPPING, Stopped, handling, stoppable


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


@pytest.mark.parametrize("number", STOPPING)
def test_the_first_signal_unwinds_what_is_half_done(number):
    cleared = []
    with stoppable() as asked:
        try:
            os.kill(os.getpid(), number)
        except Stopped:
            cleared.append(True)
        os.kill(os.getpid(), number)            # the same request, sent twice
    assert cleared == [True] and asked == [number]
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_a_signal_that_arrives_while_an_object_is_deleted_is_not_lost(capfd):
    class Deleted:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(Stopped), stoppable():
        Deleted()
        time.sleep(5)
    assert capfd.readouterr().err == ""


def test_a_signal_whose_error_c_code_prints_is_neither_lost_nor_printed(capfd):
    def in_c(code):
        return ctypes.pythonapi.PyRun_SimpleString(code.encode())
    with pytest.raises(Stopped), stoppable():
        assert in_c("raise ValueError('of its own')") == -1
        assert "of its own" in capfd.readouterr().err
        assert in_c("import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(5)")
        time.sleep(5)
    assert capfd.readouterr().err == ""


CHILD = """
import os, signal, time
from framework import signals
signals.{name} = {value}
with signals.stoppable():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        {then}
        time.sleep(60)
"""


@pytest.mark.parametrize("name, value, then", [
    ("SAME_REQUEST", 0, "time.sleep(0.05); os.kill(os.getpid(), signal.SIGTERM)"),
    ("PATIENCE", 0.2, "pass")], ids=["a second signal", "patience"])
def test_an_end_that_takes_too_long_is_cut_off(name, value, then):
    done = subprocess.run([sys.executable, "-c", CHILD.format(name=name, value=value, then=then)],
                          capture_output=True, timeout=30)
    assert (done.returncode, done.stderr.decode()) == (143, FAREWELL)

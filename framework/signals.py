"""Ctrl-C and SIGTERM: what they do to a whole command, and for a while to a part of it."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

STOPPING = (signal.SIGINT, signal.SIGTERM)
FAREWELL = "stopped; what is written so far is whole\n"
SAME_REQUEST = 0.5              # seconds in which a second signal is the first, sent twice
AGAIN = 0.01                    # seconds until a stop that went nowhere is asked for again
PATIENCE = 10.0                 # seconds that a command may take to end in order


class Stopped(KeyboardInterrupt):
    """Raised in the main thread where the process is asked to stop."""


def status_of(number: int) -> int:
    """The exit status of a process that signal `number` ended, as a shell has it."""
    return 128 + number


@contextmanager
def handling(handler: Callable[[int], None]) -> Iterator[None]:
    """In the block `handler` gets the number of each signal that asks the process to stop.
    Signals reach the main thread only; in others the block changes nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {each: signal.signal(each, lambda number, frame: handler(number))
              for each in STOPPING}
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)


def leave_at_once(number: int, stderr: int = 2) -> NoReturn:
    """Ends the process here and now, with one line: nothing is unwound, so no library can turn
    the end into something else."""
    with suppress(OSError):
        os.write(stderr, FAREWELL.encode())
    os._exit(status_of(number))


@contextmanager
def interruptible() -> Iterator[list]:
    """Yields a list that is filled when Ctrl-C or SIGTERM asks for an orderly end. A second one
    leaves at once."""
    asked: list = []
    came = [0.0]

    def note(number):
        if came[0] and time.monotonic() - came[0] > SAME_REQUEST:
            leave_at_once(number)
        came[0] = came[0] or time.monotonic()
        asked.append(number)
    with handling(note):
        yield asked


@contextmanager
def stoppable() -> Iterator[list[int]]:
    """In the block the first signal raises `Stopped`, so that what is half done is cleared away;
    the list then holds its number, also where a library has made another error of it. A second
    signal, or an end that takes longer than PATIENCE, leaves at once."""
    asked: list[int] = []
    came = [0.0]

    def stop(number):
        if not asked:
            asked.append(number)
            came[0] = time.monotonic()
            _after(PATIENCE, lambda: leave_at_once(number))
            raise Stopped
        if time.monotonic() - came[0] > SAME_REQUEST:
            leave_at_once(number)

    def stop_again():
        _after(PATIENCE, lambda: leave_at_once(asked[0]))
        raise Stopped

    def lost(unraisable):
        """What is raised while an object is deleted goes nowhere: it is raised again later."""
        if asked and isinstance(unraisable.exc_value, KeyboardInterrupt):
            _after(AGAIN, stop_again)
        else:
            usual(unraisable)

    def printed(*error):
        """What C code prints instead of passing it on, as TensorFlow's does: likewise."""
        if asked:
            _after(AGAIN, stop_again)
        else:
            usual_print(*error)

    usual, sys.unraisablehook = sys.unraisablehook, lost
    usual_print, sys.excepthook = sys.excepthook, printed
    try:
        with handling(stop):
            yield asked
    finally:
        sys.unraisablehook, sys.excepthook = usual, usual_print
        if asked:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _after(seconds: float, function: Callable[[], None]) -> None:
    """Calls `function` in the main thread in so many seconds, and nothing else asked before."""
    signal.signal(signal.SIGALRM, lambda number, frame: function())
    signal.setitimer(signal.ITIMER_REAL, seconds)

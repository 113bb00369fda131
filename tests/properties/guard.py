"""What holds whatever a user gives: an end within seconds, a result or one line, and no file
anywhere but where it belongs."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from commands import dispatch
from framework.errors import one_line

SECONDS, CPU_SECONDS = 60, 10    # on a clock, which other work may slow down, and of work
LONGEST_LINE = 320              # the program's name, and 300 characters
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.rename": 1, "os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.link": 1,
           "os.symlink": 1, "os.truncate": 0, "os.chmod": 0}
_watched: list[str] | None = None


class Hang(BaseException):
    """It took too long."""


def _note(event, arguments):
    if _watched is None:
        return
    if event == "open" and isinstance(arguments[0], (str, bytes)) and arguments[2] & WRITING:
        _watched.append(os.fsdecode(arguments[0]))
    elif event in CHANGES and isinstance(arguments[CHANGES[event]], (str, os.PathLike)):
        _watched.append(os.fspath(arguments[CHANGES[event]]))


sys.addaudithook(_note)


@contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """Raises Hang after SECONDS or CPU_SECONDS; AssertionError for a file written outside of
    `folder`."""
    global _watched

    def late(number, frame):
        raise Hang(signal.Signals(number).name)
    timers = {signal.SIGALRM: (signal.ITIMER_REAL, SECONDS),
              signal.SIGPROF: (signal.ITIMER_PROF, CPU_SECONDS)}
    before = {number: signal.signal(number, late) for number in timers}
    for timer, seconds in timers.values():
        signal.setitimer(timer, seconds)
    _watched, began = [], time.process_time()
    try:
        yield
    finally:
        written, _watched = _watched, None
        for number, (timer, _) in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, before[number])
    # What is written in C, such as an array that is decoded, hears of no signal.
    spent = time.process_time() - began
    assert spent < CPU_SECONDS, f"{spent:.0f} s"
    inside = os.path.realpath(folder)
    strayed = [path for path in written if path != os.devnull
               and not os.path.realpath(path).startswith(inside)]
    assert not strayed, f"outside of {folder}: {strayed}"


def run(words: list[str], folder: Path) -> tuple[int, str]:
    """The status and the words on stderr of a command line; a mistake is one short line. What
    it raises is raised here: a traceback."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    with guarded(folder), redirect_stdout(out), redirect_stderr(err):
        try:
            status = dispatch.main(words)
        except SystemExit as end:           # of --help
            status = end.code or 0
        out.flush()
    err.flush()
    said = err.buffer.getvalue().decode()
    assert status in (0, 2), f"status {status}: {said}"
    if status == 2:
        lines = [line for line in said.splitlines() if line.startswith("scogan: error: ")]
        assert len(lines) == 1 and said.endswith(f"{lines[0]}\n"), f"not one line: {said!r}"
        assert len(lines[0]) <= LONGEST_LINE, f"{len(lines[0])} characters"
    return status, said


def refused_or(function: Callable, folder: Path, *arguments):
    """What the function returns; None where it raises what the command line says in one line.
    Raises whatever else it raises: a traceback."""
    with guarded(folder), redirect_stdout(io.StringIO()):
        try:
            return function(*arguments)
        except Exception as error:
            reason = dispatch._reason(error)
            if reason is None:
                raise
            assert one_line(reason)
            return None

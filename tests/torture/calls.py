"""Faults at an exact place: the n-th time that a training opens, renames, removes or syncs a file
of its run. Each function is for a child that is about to train: there is no way back."""

import errno
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def counted(run: Path, train: Callable, words: list[str]) -> int:
    """Trains; writes how many calls there were beside the run."""
    counter = _watch(run, lambda event, path, number: None)
    status = train(words)
    run.with_suffix(".calls").write_text(str(counter[0]))
    return status


def signalled(run: Path, train: Callable, words: list[str], at: int, number: int,
              times: int, pause: float) -> int:
    """Trains; sends itself a signal before call `at`, `times` times."""
    def fault(event, path, call):
        if call == at:
            landed(run).touch()
            for _ in range(times):
                os.kill(os.getpid(), number)
                time.sleep(pause)
    _watch(run, fault)
    return train(words)


def refused(run: Path, train: Callable, words: list[str], at: int, lasting: bool) -> int:
    """Trains on a disk that is full at call `at`, and from then on where it is `lasting`."""
    def fault(event, path, call):
        needs_space = event != "os.remove" and not (event == "os.mkdir" and os.path.isdir(path))
        if needs_space and (call == at or lasting and call > at):
            os.close(os.open(landed(run), os.O_CREAT | os.O_WRONLY))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
    _watch(run, fault)
    return train(words)


def limited(run: Path, train: Callable, words: list[str], size: int) -> int:
    """Trains where no file may grow over `size` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return train(words)


def landed(run: Path) -> Path:
    """The file beside the run that stands when a fault came to pass."""
    return run.with_suffix(".landed")


def _watch(run: Path, called: Callable[[str, str, int], None]) -> list[int]:
    """From here on `called` gets each call that changes a file below `run`, before it is made:
    what it is, the path and its number from 1. The list holds the number of calls so far."""
    place, count = f"{run}{os.sep}", [0]

    def note(event, path):
        count[0] += 1
        called(event, path, count[0])

    def hook(event, arguments):
        if event not in EVENTS or not isinstance(arguments[0], (str, os.PathLike)):
            return
        path = os.fspath(arguments[0])
        if isinstance(path, str) and path.startswith(place) and (
                event != "open" or arguments[2] & WRITING):
            note(event, path)
    sys.addaudithook(hook)
    fsync = os.fsync

    def synced(handle):
        note("os.fsync", str(run))
        fsync(handle)
    os.fsync = synced
    return count

"""A line on stderr about what takes longer than a person waits without one."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

DELAY = 2                       # seconds that pass before anything is said


@contextmanager
def later(action: Callable[[], object], seconds: float = DELAY) -> Iterator[None]:
    """Calls `action`, in a thread of its own, where the block takes longer than `seconds`."""
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def announced(what: str) -> Iterator[None]:
    """Says `what` is under way, in one line, where the block takes longer than DELAY seconds; also
    where the block keeps stderr still."""
    stderr = os.dup(2)

    def say():
        with suppress(OSError):
            os.write(stderr, f"{what} ...\n".encode(errors="backslashreplace"))
    try:
        with later(say, DELAY):
            yield
    finally:
        os.close(stderr)

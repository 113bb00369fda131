"""TensorFlow's C++ side greets on stderr at import, before any log level is heeded."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from framework.signals import handling, leave_at_once

WAITING = b"starting TensorFlow ..."
CLEARED = b"\r\x1b[K"
DELAY = 2                       # seconds after which a terminal shows what it waits for


@contextmanager
def quiet() -> Iterator[None]:
    """For imports: keeps stderr still in the block, unless TF_CPP_MIN_LOG_LEVEL asks for messages
    (0 or 1); shows what was said after all if the block raises. Ctrl-C leaves at once, since
    half an import cannot be unwound."""
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "0") in ("0", "1"):
        with handling(leave_at_once):
            yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    try:
        with (tempfile.TemporaryFile() as said, _notice(terminal),
              handling(lambda number: leave_at_once(number, terminal))):
            os.dup2(said.fileno(), 2)
            try:
                yield
            except BaseException:
                said.seek(0)
                os.write(terminal, said.read())
                raise
            finally:
                sys.stderr.flush()
                os.dup2(terminal, 2)
    finally:
        os.close(terminal)


@contextmanager
def _notice(terminal: int) -> Iterator[None]:
    """Tells a person at the terminal of a long wait, until it is over."""
    shown = []

    def show():
        shown.append(True)
        with suppress(OSError):
            os.write(terminal, WAITING)
    timer = threading.Timer(DELAY, show)
    timer.daemon = True
    if os.isatty(terminal):
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if shown:
            with suppress(OSError):
                os.write(terminal, CLEARED)

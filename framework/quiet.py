"""The import of TensorFlow: without its greeting, and without what takes time and serves nobody.

Its C++ side greets on stderr at import, before any log level is heeded.
"""

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import Any

from framework.notice import later
from framework.signals import handling, leave_at_once

WAITING = b"starting TensorFlow, which takes some seconds ..."
CLEARED = b"\r\x1b[K"
UNUSED = ("IPython", "matplotlib")      # Keras imports them, if they are there, to show pictures


@contextmanager
def quiet(logged: bool = False) -> Iterator[None]:
    """For imports: keeps stderr still in the block, unless TF_CPP_MIN_LOG_LEVEL asks for messages
    (0 or 1); shows what was said after all if the block raises. Ctrl-C leaves at once, since
    half an import cannot be unwound. logged: a log file is told of a long wait too, not only a
    terminal."""
    with uncollected(), _still(logged):
        yield


@contextmanager
def _still(logged: bool) -> Iterator[None]:
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "0") in ("0", "1"):
        with handling(leave_at_once):
            yield
        return
    sys.stderr.flush()
    terminal = os.dup(2)
    try:
        with (tempfile.TemporaryFile() as said, _notice(terminal, logged),
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


def import_tensorflow(logged: bool = False) -> None:
    """Imports TensorFlow now, so that its messages do not break a progress bar, with a Keras that
    shows no pictures. What is there afterwards stays until the process ends, so Python looks at
    none of it again when it looks for unreachable objects. logged: as for `quiet`."""
    if "tensorflow" in sys.modules:
        return
    with quiet(logged), missing(*UNUSED):
        import tensorflow  # noqa: F401
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """For imports, which leave next to no cycles of unreachable objects: Python does not look for
    them in the block. In the import of TensorFlow that takes a fifth of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def missing(*packages: str) -> Iterator[None]:
    """In the block what imports one of `packages` is told that it is not installed, unless it has
    been imported already. For libraries that can do without."""
    absent: dict[str, Any] = {name: None for name in packages if name not in sys.modules}
    sys.modules.update(absent)          # None is what Python takes as: not there
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


@contextmanager
def _notice(terminal: int, logged: bool) -> Iterator[None]:
    """Tells a person at the terminal of a long wait, until it is over; where `logged` a log file
    too."""
    shown, person = [], os.isatty(terminal)

    def show():
        shown.append(True)
        with suppress(OSError):
            os.write(terminal, WAITING + b"\n" * (not person))
    try:
        with later(show) if person or logged else nullcontext():
            yield
    finally:
        if shown and person:
            with suppress(OSError):
                os.write(terminal, CLEARED)

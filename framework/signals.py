"""Ctrl-C and SIGTERM, handled for a while."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def handling(handler: Callable[[int], None]) -> Iterator[None]:
    """In the block `handler` gets the number of each signal that asks the process to stop."""
    before = {each: signal.signal(each, lambda number, frame: handler(number))
              for each in STOPPING}
    try:
        yield
    finally:
        for each, old in before.items():
            signal.signal(each, old)

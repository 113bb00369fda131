"""What is under way, on stderr: a bar, or in a log file a line now and then."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

DELAY = 2                       # seconds that pass before anything is shown
INTERVAL = 30                   # seconds from line to line where stderr is no terminal


class Bar(Protocol):
    """What `progress` yields."""

    def update(self, n: int = 1) -> Any:
        """`n` more things are done; 0 shows what is new beside it."""

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> Any:
        """Shows the text `s` beside the bar from its next drawing on."""


class Lines:
    """A bar as lines, for a log file; see `progress`."""

    def __init__(self, total: int, name: str, unit: str):
        self.total, self.name, self.unit = total, name, unit
        self.done, self.due, self.beside = 0, time.monotonic() + DELAY, ""

    def update(self, n: int = 1) -> None:
        self.done += n
        if time.monotonic() >= self.due and self.done < self.total:
            self.due = time.monotonic() + INTERVAL
            print(f"{self.name}: {self.done} of {self.total} {self.unit}{self.beside}",
                  file=sys.stderr, flush=True)

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> None:
        self.beside = f", {s}" if s else ""


@contextmanager
def progress(total: int, name: str, unit: str) -> Iterator[Bar]:
    """A bar called `name` of `total` things, each a `unit`; what takes less than DELAY seconds
    shows none. Where stderr is no terminal it is a line every INTERVAL seconds."""
    if not sys.stderr.isatty():
        yield Lines(total, name, unit)
        return
    from tqdm import tqdm

    with tqdm(total=total, desc=name, unit=unit, delay=DELAY, leave=False, mininterval=0.5,
              dynamic_ncols=True) as bar:
        yield bar

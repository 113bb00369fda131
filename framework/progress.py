"""What is under way, on stderr: a bar, or in a log file a line now and then."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Protocol

from framework.notice import DELAY, later

INTERVAL = 30                   # seconds from line to line where stderr is no terminal
LASTING_FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"   # for tqdm


class Bar(Protocol):
    """What `progress` yields."""

    def update(self, n: int = 1) -> Any:
        """`n` more things are done; 0 shows what is new beside it."""

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> Any:
        """Shows the text `s` beside the bar from its next drawing on."""

    def set_description(self, desc: str | None = None, refresh: bool = True) -> Any:
        """Calls the bar `desc`."""


class Lines:
    """A bar as lines, for a log file; see `progress`."""

    def __init__(self, total: int, name: str, unit: str, done: int = 0):
        self.total, self.name, self.unit, self.done = total, name, unit, done
        self.due, self.beside = time.monotonic() + DELAY, ""
        self.first: tuple[float, int] | None = None     # when the first came, and how many then

    def begin(self) -> None:
        """Says what is under way where the first has not come by now."""
        if self.first is None:
            print(f"{self.name}: {self.done} of {self.total} {self.unit}", file=sys.stderr,
                  flush=True)

    def update(self, n: int = 1) -> None:
        self.done += n
        now = time.monotonic()
        self.first = self.first or (now, self.done)
        if now >= self.due and self.done < self.total:
            self.due = now + INTERVAL
            print(f"{self.name}: {self.done} of {self.total} {self.unit}{self.left(now)}"
                  f"{self.beside}", file=sys.stderr, flush=True)

    def left(self, now: float) -> str:
        """The time that the rest takes at the pace since the first, which is left out: it may
        have been compiled for a minute. Nothing where no more have come."""
        began, before = self.first or (now, self.done)
        if self.done <= before:
            return ""
        seconds = (now - began) / (self.done - before) * (self.total - self.done)
        return f", {timedelta(seconds=round(seconds))} left"

    def set_postfix_str(self, s: str = "", refresh: bool = True) -> None:
        self.beside = f", {s}" if s else ""

    def set_description(self, desc: str | None = None, refresh: bool = True) -> None:
        self.name = desc or ""


def _show(bar) -> None:
    """Draws the bar of tqdm; it is cleared where it closes as if an update had drawn it."""
    bar.last_print_t = time.time()
    bar.refresh()


@contextmanager
def progress(total: int, name: str, unit: str, done: int = 0, *, lasting: bool = False,
             shown: bool = True) -> Iterator[Bar]:
    """A bar called `name` of `total` things, each a `unit`, of which `done` are done already; what
    takes less than DELAY seconds shows none. Where stderr is no terminal it is a line every
    INTERVAL seconds. lasting: a terminal shows the bar at once and keeps it, with room for a long
    text beside it. shown: False for one that takes the calls and shows nothing."""
    if shown and not sys.stderr.isatty():
        lines = Lines(total, name, unit, done)
        with later(lines.begin, DELAY):
            yield lines
        return
    from tqdm import tqdm

    with (tqdm(total=total, initial=done, desc=name, unit=unit, delay=0 if lasting else DELAY,
               leave=lasting, mininterval=0.5, dynamic_ncols=True, disable=not shown,
               bar_format=LASTING_FORMAT if lasting else None) as bar,
          later(partial(_show, bar), DELAY)):
        yield bar

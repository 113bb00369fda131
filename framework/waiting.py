"""What is shown of work that takes long: a bar of its steps or, where it has none, a line."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm

PATIENCE_SECONDS = 2.0
LOG_SECONDS = 30                # from line to line where no terminal shows a bar


def progress_bar(total: int, unit: str) -> tqdm:
    """A bar of `total` steps on stderr; elsewhere than in a terminal a line every half minute."""
    shown: dict[str, Any] = {} if sys.stderr.isatty() else {"mininterval": LOG_SECONDS,
                                                            "delay": LOG_SECONDS}
    return tqdm(total=total, unit=unit, dynamic_ncols=True, **shown)


def show_beside(bar: tqdm, text: str) -> None:
    """Shows `text` beside the bar when that is next drawn, which is now if it is time."""
    bar.set_postfix_str(text, refresh=False)
    bar.update(0)


@contextmanager
def waiting(what: str, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Says `what` on stderr, in one line, if the block takes longer than `patience` seconds; also
    where it keeps stderr still meanwhile."""
    terminal = os.dup(2)
    timer = threading.Timer(patience, os.write, (terminal, f"{what} ...\n".encode()))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        os.close(terminal)

"""What is said of downloads: one line of what comes from where and how much, then a bar."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from framework.lazy import Lazy
from framework.progress import progress

keras = Lazy("keras")

MEBIBYTE = 2**20


def fetched(answer: IO[bytes], file: IO[bytes], url: str, length: int | None) -> None:
    """Copies the server's `answer` to `file`. length: its bytes, None where the server does not
    say."""
    size = f", {length / MEBIBYTE:.1f} MiB" if length else ""
    print(f"fetching {url}{size}", flush=True)
    with progress(max(1, -(-(length or 0) // MEBIBYTE)), "fetching", "MiB",
                  shown=bool(length)) as bar:
        while part := answer.read(MEBIBYTE):
            file.write(part)
            bar.update()


@contextmanager
def keras_download(file: str) -> Iterator[None]:
    """For a block in which Keras downloads the weights `file`, unless it has them: says so, and
    keeps Keras's bar, which is a line for every step, out of a log file."""
    folder = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"
    if not (folder / file).exists():
        print(f"Keras downloads {file} into {folder}, once", flush=True)
    shown = keras.config.is_interactive_logging_enabled()
    if shown and not sys.stdout.isatty():
        keras.config.disable_interactive_logging()
    try:
        yield
    finally:
        if shown:
            keras.config.enable_interactive_logging()

"""What the C libraries of images say on stderr, kept from the terminal.

libjpeg and libpng write to the process's stderr by themselves. What they say of a file is ours to
say in one line, so it is collected here, and told to whoever decodes the file.
"""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

LIBRARIES = re.compile(rb"(?:libpng (?:warning|error): |Corrupt JPEG data|Premature end of JPEG|"
                       rb"Inconsistent progression|Warning: unknown JFIF|Unknown Adobe|"
                       rb"Invalid SOS parameters|Application transferred|Unsupported marker|"
                       rb"TIFF\w+: |\[ ?(?:WARN|ERROR|INFO):\d+@)[^\n]*\n?")


class _Ear:
    """The file that takes stderr's place while any thread listens."""

    def __init__(self):
        self.lock, self.listeners = threading.Lock(), 0
        self.terminal: int = -1
        self.said: IO[bytes] | None = None

    def enter(self) -> IO[bytes]:
        with self.lock:
            if self.said is None:
                sys.stderr.flush()
                self.terminal, self.said = os.dup(2), tempfile.TemporaryFile()  # noqa: SIM115
                os.dup2(self.said.fileno(), 2)
            self.listeners += 1
            return self.said

    def leave(self) -> None:
        with self.lock:
            self.listeners -= 1
            if self.listeners or self.said is None:
                return
            sys.stderr.flush()
            os.dup2(self.terminal, 2)
            others = LIBRARIES.sub(b"", _from(self.said, 0))
            if others:
                os.write(2, others)
            os.close(self.terminal)
            self.said.close()
            self.said = None


_EAR = _Ear()


@contextmanager
def overheard() -> Iterator[Callable[[], str]]:
    """Yields a function that returns what libraries have said on stderr in the block so far.

    None of it reaches the terminal; what others write there meanwhile, such as a progress bar,
    does so at the end. Several threads may listen at once: each hears all of them.
    """
    said = _EAR.enter()
    start = _length(said)
    try:
        yield lambda: b"".join(LIBRARIES.findall(_from(said, start))).decode(errors="replace")
    finally:
        _EAR.leave()


def _length(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size


def _from(file: IO[bytes], start: int) -> bytes:
    return os.pread(file.fileno(), _length(file) - start, start)

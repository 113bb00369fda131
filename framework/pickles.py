"""Reads pickles of others without running any code in them: names stand for nothing but what the
reader gives for them, and a pickle that would take much time or memory is refused unread."""

import io
import pickle
import pickletools
from collections.abc import Mapping
from typing import IO, Any

MEMO_SLACK = 1000               # places of a pickle's memory beyond those that are filled
MAX_STEPS = 10**6               # of the program that a pickle is


class RestrictedUnpickler(pickle.Unpickler):
    """An unpickler for which (module, name) is what `allowed` gives for it; nothing is imported.

    Pickles of Python 2 are read too, their byte strings as latin-1. what: what the file should
    hold, for the message about a name that is not allowed.
    """

    def __init__(self, file: IO[bytes], allowed: Mapping[tuple[str, str], Any], what: str):
        super().__init__(file, encoding="latin1")
        self.allowed, self.what = allowed, what

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no {self.what} need")
        return self.allowed[module, name]


def check_program(pickled: bytes, what: str) -> None:
    """Raises UnpicklingError where a pickle would take much time or memory: Python's unpickler
    takes memory for what it says of itself before it looks."""
    memo = 0
    for steps, (code, argument, _) in enumerate(pickletools.genops(pickled)):
        memo += code.name in ("BINPUT", "LONG_BINPUT", "PUT", "MEMOIZE")
        place = int(argument or 0) if code.name.endswith("PUT") else 0
        if steps > MAX_STEPS or place > 2 * memo + MEMO_SLACK:
            raise pickle.UnpicklingError(f"its description is not that of {what}")


def unpickle(pickled: bytes, allowed: Mapping[tuple[str, str], Any], what: str) -> Any:
    """What the pickle holds. Raises UnpicklingError, or what else a damaged one brings."""
    check_program(pickled, what)
    return RestrictedUnpickler(io.BytesIO(pickled), allowed, what).load()

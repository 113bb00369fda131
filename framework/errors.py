"""The one exception that is the user's to mend."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in what the user asked for: one clear line, exit status 2, no traceback."""


def unknown(kind: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a `name` that is none of `known`, naming the nearest valid one."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
    return UserError(f"unknown {kind} {name!r}; {hint}")

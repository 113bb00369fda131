"""The one exception that is the user's to mend."""

import difflib
from collections.abc import Iterable

MAX_LINE = 300                  # characters of a message
MAX_QUOTED = 60                 # characters of it that are the user's own


class UserError(Exception):
    """A mistake in what the user asked for: one clear line, exit status 2, no traceback."""


class NotFinite(UserError):
    """A term or a weight of a training became infinite or no number at all."""


def one_line(message: object) -> str:
    """The message in printable characters, without line breaks, its middle left out where it is
    longer than MAX_LINE."""
    text = " ".join(str(message).split())
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    if len(text) <= MAX_LINE:
        return text
    head = MAX_LINE * 2 // 3
    return f"{text[:head]} ... {text[head + 5 - MAX_LINE:]}"


def unknown(kind: str, name: str, known: Iterable[str]) -> UserError:
    """The error for a `name` that is none of `known`, naming the nearest valid one."""
    known = sorted(known)
    name = name if len(name) <= MAX_QUOTED else f"{name[:MAX_QUOTED]}..."
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
    return UserError(f"unknown {kind} {name!r}; {hint}")

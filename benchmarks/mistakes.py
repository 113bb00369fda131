"""A user's mistake ends a benchmark as it ends main.py."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from framework.errors import UserError


@contextmanager
def one_line() -> Iterator[None]:
    """Where the block raises a UserError: its line on stderr, and exit status 2."""
    try:
        yield
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)

"""A function called in a process of its own, whose memory is that of the call alone."""

import pickle
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from framework.errors import UserError

KILLED = -9                     # status of a process that the system ended for its memory
CHILD = ("import sys; sys.path[:] = sys.argv[2:]; from framework.apart import answer; "
         "answer(sys.argv[1])")


def run_apart(what: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls `function`, of a module, in a new process and returns its result.

    The process ends with the call, and where this one is stopped. what: the process in messages,
    such as "drawing by swap". Raises the UserError of the function, and one where the process ends
    without a result; Python's message of it stands on standard error then.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answer"
        ended = subprocess.run([sys.executable, "-c", CHILD, str(file), *sys.path], check=False,
                               input=pickle.dumps((function, arguments)))
        if not file.exists():
            why = "; is there enough memory?" if ended.returncode == KILLED else ""
            raise UserError(f"{what} ended with status {ended.returncode}{why}")
        result, error = pickle.loads(file.read_bytes())
    if error:
        raise UserError(error)
    return result


def answer(file: str) -> None:
    """Calls what standard input holds, and writes what came of it to `file`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # of Ctrl-C: the one who asked ends this
    function, arguments = pickle.load(sys.stdin.buffer)
    try:
        answered = function(*arguments), ""
    except UserError as error:
        answered = None, str(error)
    Path(file).write_bytes(pickle.dumps(answered))

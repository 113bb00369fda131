"""From the words of the command line to a command, and from its end to an exit status."""

import os
import select
import signal
import stat
import sys
from contextlib import suppress
from errno import ENOSPC

from framework.cluster import EXIT_RETRY, Interrupted
from framework.errors import UserError, one_line
from framework.signals import FAREWELL, status_of, stoppable

LESS = "lower --batch_size, --width, --image_size, --samples or --count"
FULL_DEVICE = os.makedev(1, 7)  # /dev/full
READER_GONE = 141               # exit status: as of a program that SIGPIPE ends


def main(argv: list[str]) -> int:
    """Runs the command line `argv`; returns the exit status: 2 for a user's mistake, 75 where
    the same command is to be given again, 130 after Ctrl-C, 143 after SIGTERM, 141 where nobody
    reads what is printed."""
    with stoppable() as asked:
        try:
            status = _status(argv)
            _flush()
            return status
        except SystemExit:              # of argparse, after --help
            raise
        except BaseException as error:
            if asked or isinstance(error, KeyboardInterrupt):
                with suppress(OSError):
                    sys.stdout.flush()
                print(FAREWELL, end="", file=sys.stderr)
                return status_of(asked[0] if asked else signal.SIGINT)
            return _ended_by(error)


def _status(argv) -> int:
    try:
        return _dispatch(argv) or 0
    except SystemExit:
        _flush()
        raise


def _ended_by(error: BaseException) -> int:
    """The exit status after `error`, of which one line is printed; raises a mistake of ours,
    with its traceback."""
    if isinstance(error, BrokenPipeError) and _reader_is_gone():
        _print_nowhere()
        return READER_GONE
    if (isinstance(error, OSError) and error.errno == ENOSPC and error.filename is None
            and _is_full()):
        error = UserError(f"cannot write to standard output: {error.strerror}")
    if isinstance(error, Interrupted):
        print(one_line(f"scogan: {error}"), file=sys.stderr)
        return EXIT_RETRY
    if (reason := _reason(error)) is None:
        raise
    print(one_line(f"scogan: error: {reason}"), file=sys.stderr)
    return 2


def _flush() -> None:
    """Brings what is printed to its reader, while an error can still be told."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _print_nowhere()
        raise UserError(f"cannot write to standard output: {error.strerror}") from None


def _is_full() -> bool:
    """Whether standard output has no room left; the rest is dropped then."""
    about = os.fstat(1)
    full = (about.st_rdev == FULL_DEVICE if stat.S_ISCHR(about.st_mode) else
            stat.S_ISREG(about.st_mode) and os.fstatvfs(1).f_bavail == 0)
    if full:
        _print_nowhere()
    return full


def _reader_is_gone() -> bool:
    poll = select.poll()
    poll.register(1, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))


def _print_nowhere() -> None:
    """What is still to be printed at the end of the process is dropped."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


def _reason(error: BaseException) -> str | None:
    """What to say of an error that the user or the machine can mend; None of any other."""
    library = type(error).__module__.partition(".")[0]           # without importing it
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError):
        name = _name(error.filename2 or error.filename)     # of two the one that was to become
        return f"{name}: {error.strerror}" if error.strerror else str(error)
    if isinstance(error, MemoryError):
        return f"there is not enough memory; {LESS}"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    if isinstance(error, ModuleNotFoundError):
        return f"{error}; install what requirements.txt names"
    if library == "tensorflow":
        return _of_tensorflow(type(error).__name__, str(error))
    return f"OpenCV: {error}" if library == "cv2" else None


def _of_tensorflow(kind: str, message: str) -> str:
    memory = kind == "ResourceExhaustedError" and "No space left" not in message
    return f"TensorFlow: {message[:200 if memory else 260]}" + f"; {LESS}" * memory


def _name(file: object) -> str:
    return os.fsdecode(file) if isinstance(file, str | bytes) else "the system"


def _dispatch(argv):
    from commands.pages import page
    from commands.registry import COMMANDS, call
    from framework.command_line import spelled

    text = page(argv)
    if text is not None:
        return print(text, end="")
    if argv[0].startswith("-"):
        return call("train", argv)
    return call(spelled(argv[0], COMMANDS), argv[1:])

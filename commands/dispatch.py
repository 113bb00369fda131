"""From the words of the command line to a command, and from its end to an exit status."""

import sys

from framework.cluster import EXIT_RETRY, Interrupted
from framework.errors import UserError, one_line

USAGE = """\
python main.py --gan_type scogan --dataset mnist2svhn [OPTION ...]
       python main.py [train] --preset NAME [OPTION ...]
       python main.py [train] --run RUN
       python main.py sample RUN | walk RUN | evaluate RUN | evaluate --folders A B
       python main.py stylize CONTENT STYLE ... --output FILE | texture STYLE --output FILE
       python main.py figures NAME | reproduce TABLE | presets | datasets"""
STOPPED_BY_USER = 130


def main(argv: list[str]) -> int:
    """Runs the command line `argv`; returns the exit status: 2 for a user's mistake, 75 where
    the same command is to be given again, 130 after Ctrl-C."""
    try:
        return _dispatch(argv) or 0
    except Interrupted as event:
        print("scogan:", one_line(event), file=sys.stderr)
        return EXIT_RETRY
    except KeyboardInterrupt:
        print("stopped; what is written so far is whole", file=sys.stderr)
        return STOPPED_BY_USER
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        if (reason := _reason(error)) is None:
            raise                       # a mistake of ours, with its traceback
        print("scogan: error:", one_line(reason), file=sys.stderr)
        return 2


def _reason(error: Exception) -> str | None:
    """What to say of an error that the user or the machine can mend; None of any other."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'the system'}: {error.strerror}"
    if isinstance(error, MemoryError):
        return "there is not enough memory; lower --batch_size, --width or --image_size"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    if type(error).__module__.startswith("tensorflow."):         # without importing TensorFlow
        memory = type(error).__name__ == "ResourceExhaustedError"
        hint = "; lower --batch_size, --width or --image_size" if memory else ""
        return f"TensorFlow: {str(error)[:200]}{hint}"
    return None


def _dispatch(argv):
    from commands.registry import about, call

    if not argv or argv[0] in ("-h", "--help", "help"):
        from commands.train import train
        from config.resolve import training_parser
        return training_parser(prog="main.py", usage=USAGE, description=about(train)).print_help()
    if argv[0].startswith("-"):
        return call("train", argv)
    return call(argv[0], argv[1:])

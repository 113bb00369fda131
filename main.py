"""The door: `python main.py --help`."""

import io
import os
import signal
import sys


def still() -> None:
    """Libraries keep to themselves what they would say beside our one line; standard streams that
    are closed lead nowhere, and what they cannot spell is escaped."""
    for stream in range(3):             # in order: each takes the lowest number that is free
        try:
            os.fstat(stream)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for name, value in (("TF_CPP_MIN_LOG_LEVEL", "3"), ("OPENCV_LOG_LEVEL", "SILENT"),
                        ("OPENCV_FFMPEG_LOGLEVEL", "-8"), ("GRPC_VERBOSITY", "NONE")):
        os.environ.setdefault(name, value)
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if not sys.warnoptions and os.environ["TF_CPP_MIN_LOG_LEVEL"] not in ("0", "1"):
        import logging
        import warnings

        logging.disable()
        warnings.simplefilter("ignore")


if __name__ == "__main__":
    from framework.signals import STOPPING, leave_at_once

    for number in STOPPING:             # until and after a command: imports, and the way out
        signal.signal(number, lambda number, frame: leave_at_once(number))
    still()
    from commands.dispatch import main
    from framework.processor import prefer_onednn

    prefer_onednn()
    status = main(sys.argv[1:])
    if status > 128:                    # stopped: no thread is waited for
        os._exit(status)
    sys.exit(status)

"""Trainings as children of a process that has imported everything and computed nothing.

It takes seven seconds to import TensorFlow and two to train a tiny net. A process without threads
may fork, and TensorFlow makes its threads at the first operation: so a child is a training that
starts at once, and can be stopped, killed and refused as any process can.
"""

import faulthandler
import importlib
import os
import pkgutil
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
LIMIT = 120                     # seconds; what takes longer hangs
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3",
               "CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "agg",
               "SCOGAN_EXTENSIONS": str(Path(__file__).parent / "extension")}
PACKAGES = ("framework", "losses", "nets", "data", "metrics", "penalties", "config", "trainers",
            "commands")
LIBRARIES = ("cv2", "h5py", "keras", "matplotlib.backends.backend_agg", "matplotlib.figure",
             "tensorboard.plugins.scalar.metadata", "tensorflow", "tqdm")


class Ended(NamedTuple):
    """How a child ended. status: as Popen.returncode; None for one that hung. text: all that it
    said. sent: whether what was to be sent while it ran was sent."""

    status: int | None
    text: str
    seconds: float
    sent: bool


def prepare(threads: dict[str, str] = ONE_THREAD) -> None:
    """Imports all that a training needs; computes nothing. To be called once, before any child.
    threads: how many TensorFlow takes, in its variables; empty for its default."""
    for name in ONE_THREAD:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT | threads)
    null, terminal = os.open(os.devnull, os.O_WRONLY), os.dup(2)
    os.dup2(null, 2)                                    # TensorFlow greets
    for name in LIBRARIES:
        importlib.import_module(name)
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            importlib.import_module(module.name)
    os.dup2(terminal, 2)
    threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
    assert threads == 1, f"{threads} threads after the imports: a child would lack them"


def train(words: list[str]) -> int:
    """What main.py does with a command line."""
    from commands.dispatch import main
    return main(words)


def child(function: Callable, *arguments, sender: Callable[[int, float], bool] | None = None,
          limit: float = LIMIT) -> Ended:
    """Runs `function` in a child, whose exit status is what it returns.

    sender: called all the time with the child's number and its age in seconds, until it returns
    True: it has done what it is for.
    """
    reading, writing = os.pipe()
    pid, began = os.fork(), time.monotonic()
    if pid == 0:
        _be_the_child(writing, function, arguments)
    os.close(writing)
    os.set_blocking(reading, False)
    said, sent, hung, status = b"", False, False, None
    while status is None:
        said += _waiting(reading)
        done, found = os.waitpid(pid, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(found)
        elif sender and not sent:
            sent = sender(pid, time.monotonic() - began)
            time.sleep(0.001)
        else:
            select.select([reading], [], [], 0.01)
        if time.monotonic() - began > limit and not hung:
            hung = True
            os.kill(pid, signal.SIGUSR1)                # says where it stands
            time.sleep(1)
            os.kill(pid, signal.SIGKILL)
    said += _waiting(reading)
    os.close(reading)
    return Ended(None if hung else status, said.decode(errors="replace"),
                 time.monotonic() - began, sent)


def _waiting(reading: int) -> bytes:
    said = b""
    try:
        while more := os.read(reading, 65536):
            said += more
    except BlockingIOError:
        pass
    return said


def _be_the_child(writing: int, function: Callable, arguments) -> None:
    status = 1
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        faulthandler.enable(all_threads=True)
        faulthandler.register(signal.SIGUSR1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        status = function(*arguments)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status or 0)

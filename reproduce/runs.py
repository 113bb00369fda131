"""Trains, continues and measures the runs of a table, each in a process of its own. Imports no
TensorFlow."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.run import newest_checkpoint
from framework.files import write_text
from framework.signals import handling

MAIN_FILE = Path(__file__).parents[1] / "main.py"
EVALUATION_FILE = "reproduced.json"


class StoppedByUser(Exception):
    """The user asked to stop, and the child process has ended in order."""


@contextmanager
def forward_signals(child: subprocess.Popen) -> Iterator[None]:
    """Forwards Ctrl-C and SIGTERM to `child`, which ends in order; then raises StoppedByUser."""
    asked = []

    def forward(number):
        asked.append(number)
        child.send_signal(signal.SIGINT)
    with handling(forward):
        yield
    if asked:
        raise StoppedByUser


def run_main(*words: object) -> bool:
    """Prints and runs main.py with `words`. Returns whether it succeeded."""
    texts = [str(word) for word in words]
    print("$ python main.py", shlex.join(texts), flush=True)
    child = subprocess.Popen([sys.executable, str(MAIN_FILE), *texts])
    with forward_signals(child):
        child.wait()
    return child.returncode == 0


def command_line_flags(options: Mapping[str, object]) -> list[str]:
    """Converts options to words of the command line; leaves out those with the value ""."""
    return [word for name, value in options.items() if value != ""
            for word in (f"--{name}", str(value))]


def train_run(run: Path, preset: str, options: Mapping[str, object], iterations: int) -> bool:
    """Trains `run` up to `iterations`, if it has not got there. Returns whether it has now."""
    if newest_checkpoint(run) < iterations:
        run_main("train", "--preset", preset, "--run", run, *command_line_flags(options))
    return newest_checkpoint(run) >= iterations


def measure_run(run: Path, words: Collection[str]) -> dict[str, Any] | None:
    """Returns the metrics.json of `evaluate RUN words`, or None if that fails. The last one is
    used again if neither the run nor the words have changed."""
    asked = {"words": [str(word) for word in words], "checkpoint": newest_checkpoint(run)}
    kept = _read(run / EVALUATION_FILE)
    if {name: kept.get(name) for name in asked} != asked or not kept.get("found"):
        if not run_main("evaluate", run, *words):
            return None
        kept = asked | {"found": _read(run / "metrics.json")}
        write_text(run / EVALUATION_FILE, json.dumps(kept, indent=2) + "\n")
    return kept["found"]


def _read(path: Path) -> dict[str, Any]:
    """The figures in a metrics.json or what was kept of them; empty where there are none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

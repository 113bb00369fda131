"""The runs behind a table: trained, continued or left alone, and measured, each as a process of
its own. Without TensorFlow."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.run import newest_checkpoint
from framework.files import write_text

MAIN = Path(__file__).parents[1] / "main.py"
EVALUATION_FILE = "reproduced.json"


class StoppedByUser(Exception):
    """The user has asked for an end; what was under way has ended in order."""


@contextmanager
def forward_signals(child: subprocess.Popen) -> Iterator[None]:
    """Hands Ctrl-C and SIGTERM on to `child`, which ends in order; then raises Interrupted."""
    asked = []

    def forward(number, frame):
        asked.append(number)
        child.send_signal(signal.SIGINT)
    before = {s: signal.signal(s, forward) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise StoppedByUser


def run_main(*words: object) -> bool:
    """Runs main.py with `words`, which are said; whether it ended well."""
    texts = [str(word) for word in words]
    print("$ python main.py", shlex.join(texts), flush=True)
    child = subprocess.Popen([sys.executable, str(MAIN), *texts])
    with forward_signals(child):
        child.wait()
    return child.returncode == 0


def command_line_flags(options: dict) -> list[str]:
    """Options as words of the command line."""
    return [word for name, value in options.items() if value != ""
            for word in (f"--{name}", str(value))]


def train_run(run: Path, preset: str, options: dict, iterations: int) -> bool:
    """Whether `run` has done its iterations, after training what was missing."""
    if newest_checkpoint(run) < iterations:
        run_main("train", "--preset", preset, "--run", run, *command_line_flags(options))
    return newest_checkpoint(run) >= iterations


def measure_run(run: Path, words: Iterable) -> dict | None:
    """What `evaluate RUN words` finds: kept from before if neither run nor words have changed.
    None where it fails."""
    asked = {"words": [str(word) for word in words], "checkpoint": newest_checkpoint(run)}
    try:
        kept = json.loads((run / EVALUATION_FILE).read_text())
    except (OSError, ValueError):
        kept = {}
    if {name: kept.get(name) for name in asked} != asked:
        if not run_main("evaluate", run, *words):
            return None
        kept = asked | {"found": json.loads((run / "metrics.json").read_text())}
        write_text(run / EVALUATION_FILE, json.dumps(kept, indent=2) + "\n")
    return kept["found"]

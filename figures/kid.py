"""The KID, or another monitor, of several runs over the generator's iterations (document 001)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from figures.canvas import COLOURS, Canvas
from figures.catalogue import Figure, stack_parts
from framework.errors import UserError
from framework.history import MONITOR_PREFIX, History

MEASURE = "kid"


def measurements(run: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """By the column's name without its prefix: the numbers of generator updates [n] after which a
    run measured its KID, and the values [n]. Raises UserError for a run that did not."""
    columns = History(Path(run) / "losses.csv").read()
    found = {}
    for name, values in columns.items():
        if name.startswith(f"{MONITOR_PREFIX}{MEASURE}"):
            there = np.isfinite(values)
            found[name.removeprefix(MONITOR_PREFIX)] = (columns["iteration"][there] + 1,
                                                        values[there])
    if not any(len(at) for at, _ in found.values()):
        raise UserError(f"{run} measured no {MEASURE} while it trained; --monitor {MEASURE} does")
    return found


def draw(folders: Sequence[str] = ()) -> Figure:
    """A line for each domain of the runs in `folders`. Raises UserError without runs, and for one
    that measured nothing."""
    if not folders:
        raise UserError("figures kid needs the folders of runs: main.py figures kid RUN RUN")
    canvas, parts = Canvas(1, 1, 6.0, 3.6), {}
    panel = canvas.panel(0, "kernel inception distance", xlabel="generator updates")
    panel.set_yscale("symlog", linthresh=1e-3)          # an unbiased estimate may be negative
    lines = [(run, *line) for run in folders for line in measurements(run).items()]
    for k, (run, name, (at, values)) in enumerate(lines):
        label = f"{Path(run).resolve().name}: {name}"
        panel.plot(at, values, c=COLOURS[k % len(COLOURS)], label=label)
        parts[label] = {"iteration": at, "kid": values}
    panel.legend(fontsize=7, frameon=False)
    panel.grid(alpha=0.2)
    return Figure(canvas.picture(), stack_parts(parts))

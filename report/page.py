"""`report.html`: one file that shows a run, or several beside each other, without a network."""

import time
from collections.abc import Sequence
from pathlib import Path

from framework.files import write_text
from report.facts import Facts, facts_of
from report.grids import GridReader
from report.html import FAILURES, rendered

PAGE = "report.html"            # in the run's folder
SECTIONS = {"pictures": "Pictures", "curves": "Curves", "figures": "Figures",
            "objective": "Objective", "options": "Options", "nets": "Nets", "go-on": "Go on"}
SHARE = 0.005                   # of the time of a training that its page may take


class RunPage:
    """Writes the page of a run that trains, anew now and then: `page.write()`.

    What it takes stays below SHARE of the training: the next page waits until the last one's
    seconds are that share of what has passed. A page that cannot be written costs one line and no
    training.
    """

    def __init__(self, run: str | Path):
        self.run, self.grids = Path(run), GridReader(Path(run) / "samples")
        self.due, self.broken = 0.0, False

    def write(self, now: bool = False) -> None:
        """Writes the page, if it is due or `now` is set."""
        began = time.perf_counter()
        if self.broken or not (now or began >= self.due):
            return
        try:
            write_page(self.run / PAGE, [facts_of(self.run, self.grids)])
        except FAILURES as error:
            self.broken = True
            print(f"{self.run / PAGE} cannot be written: {error}")
        spent = time.perf_counter() - began
        self.due = began + spent / SHARE


def write_page(path: str | Path, runs: Sequence[Facts]) -> None:
    """Writes the page of one run, or of several beside each other, to `path` in one step."""
    write_text(path, render(runs))


def render(runs: Sequence[Facts]) -> str:
    """The page as HTML, which needs no other file."""
    data = [{"name": run.name, "charts": run.charts,
             "grids": [{"iteration": grid.iteration, "data": grid.data} for grid in run.grids]}
            for run in runs]
    return rendered("page.html", ", ".join(run.name for run in runs), SECTIONS, data, runs=runs,
                    differing=differing(runs))


def differing(runs: Sequence[Facts]) -> list[tuple[str, list[str]]]:
    """(name, its value in each run) of the options that are not the same in all runs."""
    tables = [{row["name"]: row["value"] for row in run.options} for run in runs]
    return [(name, [table.get(name, "") for table in tables]) for name in tables[0]
            if name != "run" and len({table.get(name) for table in tables}) > 1] if tables else []

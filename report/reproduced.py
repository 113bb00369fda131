"""The page of `reproduce`: a table of a document beside what was measured here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.options import BY_NAME
from config.presets import load_preset
from config.resolve import load_config
from framework.errors import UserError
from report.document import Table, measured
from report.explain import shown
from report.facts import figures_of, pairs_of
from report.grids import newest_grid
from report.html import address
from report.page import PAGE
from report.works import Link, Row, Shown, Work, first_rows
from reproduce.compare import comparison_cells
from reproduce.reproduction import Reproduction
from reproduce.tables import TableRow

SETTING = ("width", "iterations", "batch_size", "seed")     # of a run, beside the preset's


def reproduced(made: Reproduction, page: Path, said: Mapping[str, Any]) -> Work:
    """What the page of a table says. said: `command`, `options` and `seconds` of `Work`."""
    rows, reasons = made.table.rows, made.reasons()
    header, cells = comparison_cells(rows, made.table.columns, made.evaluations)
    missing = [row.label for row in rows if row.preset not in made.evaluations]
    return Work(
        name=made.title,
        lines=["In each column our number with its standard error, then the document's."],
        tables=[Table("LPIPS between the images of two sides; - stands for what was not measured",
                      ["model", *header[1:]], cells),
                Table("The runs: here for the document's setting", [
                    "model", "run", *SETTING, "pairs", "seed of evaluate", "measured by", "judge"],
                      [_run_line(made, row, page) for row in rows])],
        differences=["Not comparable with the document's numbers:", *reasons] if reasons else [],
        doubts=[(f"{', '.join(missing)} could not be made.",
                 "The command's own lines say why.")] if missing else [],
        tables_first=True,
        rows=first_rows(_pictures(made, row, page) for row in rows), **said)


def _run_line(made: Reproduction, row: TableRow, page: Path) -> list[str | Link]:
    run, evaluation = made.runs[row.preset], made.evaluations.get(row.preset) or {}
    distances, figures = measured(evaluation)["results"], figures_of(evaluation)
    pairs = next((each for each in distances if each["kind"] in ("pair", "own")), {})
    by = dict.fromkeys(each["by"] for each in distances)
    return [row.label, _link(run, page),
            *_setting(made, row.preset),
            f"{pairs['count']} for {row.pairs}" if pairs else "-",
            str(figures.get("seed", "-")), ", ".join(by) or "-", _judge(figures.get("judge"))]


def _link(run: Path, page: Path) -> Link:
    """To the run's own page, where it has one."""
    return Link(run.name, address(run / PAGE, page) if (run / PAGE).is_file() else "")


def _setting(made: Reproduction, preset: str) -> list[str]:
    """Each of SETTING as the run has it, and the preset's value where that is another."""
    theirs = load_preset(preset).values
    try:
        values = load_config(made.runs[preset]).values()
    except UserError:
        return ["-"] * len(SETTING)
    pairs = [(shown(values[name]), shown(theirs.get(name, BY_NAME[name].default)))
             for name in SETTING]
    return [here if here == there else f"{here} for {there}" for here, there in pairs]


def _judge(judge: Mapping[str, Any] | None) -> str:
    if not judge:
        return "-"
    read = ", ".join(f"{100 * share:.1f} % of held-out {name}"
                     for name, share in judge["accuracy_on_held_out"].items())
    return f"reads {read} (seed {judge['seed']})"


def _pictures(made: Reproduction, row: TableRow, page: Path) -> Row:
    """The newest grid of the row's run, and its pairs."""
    run = made.runs[row.preset]
    found = []
    if grid := newest_grid(run / "samples"):
        text = f"samples after {grid.iteration} iterations"
        found.append(Shown(grid, _captioned(text, run, page),
                           f"{text} of {row.label}: what each domain draws of the same latents"))
    found += [Shown(packing, _captioned(f"pairs of {name}: the most alike, then the least", run,
                                        page), f"pairs of {name}, {row.label}")
              for name, packing in pairs_of(run)]
    return Row(found, row.label, large=True)


def _captioned(text: str, run: Path, page: Path) -> Link:
    return Link(text, address(run, page))

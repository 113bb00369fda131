"""A run's figures beside those of the document that its preset is from, and what differs."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from config import presets
from config.options import BY_NAME
from config.presets import Preset
from framework.errors import UserError
from metrics.report import format_number
from report.explain import shown
from report.files import read_json
from reproduce.compare import (
    COLUMN_HEADERS,
    COMPARISON_KINDS,
    lpips_results,
    measuring_differences,
    our_value,
    size_differences,
)
from reproduce.tables import TABLES, TableRow

FIRST = ("width", "iterations", "batch_size")       # of what differs
SAME = ("experiment", "output", "device")           # groups of options that no figure hangs on
ELSEWHERE = ("data_dir", "seed", "classifier_path", "vgg_weights")      # nor on these


class Table(NamedTuple):
    """A table of a page; a cell is a text or a `works.Link`."""

    caption: str
    header: list[str]
    rows: list[list]


class Beside(NamedTuple):
    """What the document says of a preset, and this run. text: where it is no table. differences:
    how the setting of the run differs; empty where there is nothing to compare."""

    table: Table
    text: str
    differences: list[str]


def beside_document(run: Path, values: Mapping[str, Any], done: int) -> Beside | None:
    """What the document of the run's preset reports, beside what `evaluate` measured of the run;
    None where no document reports anything of it. values: the run's options. done: iterations."""
    try:
        preset = presets.load_preset(values["preset"])
    except UserError:                   # none, or one that is no longer here
        return None
    if not preset.reports:
        return None
    evaluation = measured(read_json(run / "metrics.json"))
    found = [(name, table.columns, row) for name, table in TABLES.items() for row in table.rows
             if row.preset == preset.name]
    if not found:
        return Beside(Table("", [], []), f"The document ({preset.source}) reports: "
                      f"{presets.reported(preset.reports)}.", differences(values, preset, done))
    name, columns, row = found[0]
    caption = f"Table {name} of the document ({preset.source}), the row {row.label}"
    lines = _lines(row, columns, evaluation)
    return Beside(Table(caption, ["LPIPS", "here", "document"], lines), "", [
        *differences(values, preset, done), *_of_measuring(row, run, evaluation)])


def measured(metrics: Any) -> dict[str, Any]:
    """An evaluation with the perceptual distances of a metrics.json that are of the shape that
    `evaluate` writes, since people edit such files."""
    results = metrics.get("results") if isinstance(metrics, dict) else None
    return {"results": [row for row in results if _is_distance(row)]
            if isinstance(results, list) else []}


def _is_distance(row: Any) -> bool:
    numbers = ("value", "error") if isinstance(row, dict) and "error" in row else ("value",)
    return (isinstance(row, dict) and row.get("metric") == "lpips"
            and all(isinstance(row.get(name), str) for name in ("kind", "by"))
            and all(type(row.get(name)) in (int, float) for name in (*numbers, "count")))


def differences(values: Mapping[str, Any], preset: Preset, done: int) -> list[str]:
    """In what a run differs from its preset, the size of the computation first: "width 0.25 for
    1". What is shown and where things lie does not count."""
    found = {}
    for name, option in BY_NAME.items():
        there = preset.values.get(name, option.default)
        if (option.group not in SAME and name not in ELSEWHERE
                and shown(values[name]) != shown(there)):
            found[name] = f"{name} {shown(values[name]) or 'none'} for {shown(there) or 'none'}"
    if done < values["iterations"]:
        asked = preset.values.get("iterations", BY_NAME["iterations"].default)
        found["iterations"] = f"iterations {done}, so far, for {asked}"
    order = [*(name for name in FIRST if name in found), *sorted(set(found) - set(FIRST))]
    return [found[name] for name in order]


def _lines(row: TableRow, columns: str, evaluation: dict) -> list[list]:
    """The rows of the table: what is compared, our number, the document's."""
    ours = lpips_results(evaluation, COMPARISON_KINDS[columns])
    lines = [[head, our_value(ours, at), format_number(number)]
             for at, (head, number) in enumerate(zip(COLUMN_HEADERS[columns], row.reported,
                                                     strict=False))]
    if row.baseline:
        real = lpips_results(evaluation, ("baseline",))
        lines.append(["real 1 | real 2", our_value(real, 0), format_number(row.baseline)])
    return lines


def _of_measuring(row: TableRow, run: Path, evaluation: dict) -> list[str]:
    """How the measuring differs, and the data; nothing of these where their files are damaged."""
    if not evaluation["results"]:
        return []
    found = measuring_differences(row, evaluation)
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, UserError):
        found += size_differences(run)
    return found

"""What an evaluation found: rows for a reader's eye, and the same as JSON."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from framework.files import write_text

INCEPTION = "Inception"              # the net whose features give FID and KID their names
TITLES = {"fid": "Frechet", "kid": "kernel", "swd": "sliced Wasserstein",
          "swd_bound": "Wasserstein >=", "pair_agreement": "pair agreement"}


class Result(NamedTuple):
    """One number of an evaluation, or why there is none.

    compared: a `metrics.streams.Comparison` or the name of a stream. error: its standard error,
    NaN where there is none. count: of pairs, or of samples on each side. by: the net that
    looked.
    """

    metric: str
    compared: Any
    value: float = math.nan
    error: float = math.nan
    count: int = 0
    by: str = ""
    note: str = ""

    def as_dict(self, **settings: Any) -> dict:
        """Its fields for JSON, without what is not there, and the `settings` it was made under."""
        kind = {"kind": self.compared.kind} if hasattr(self.compared, "kind") else {}
        found = self._asdict() | {"compared": str(self.compared)} | kind | settings
        return {k: v for k, v in found.items() if v != "" and not _missing(v)}


def _missing(value) -> bool:
    return isinstance(value, float) and math.isnan(value)


def text_table(header: Sequence, rows: Iterable[Iterable]) -> str:
    """Rows of text under a header, in columns of their width."""
    rows = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    lines = ("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
             for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def metric_title(result: Result) -> str:
    """The metric's name: LPIPS, FID and KID are only what the published nets found."""
    if result.metric == "lpips":
        return result.by.partition(" (")[0]
    if result.metric in ("fid", "kid") and result.by.startswith(INCEPTION):
        return result.metric.upper()
    return TITLES.get(result.metric, result.metric)


def format_results(results: Sequence[Result]) -> str:
    """A table of the comparisons and one of the streams: a row for each, a column per metric.

    Below them stand the nets that looked, and what else there is to say of a number.
    """
    groups = {}
    for result in results:
        groups.setdefault(hasattr(result.compared, "kind"), []).append(result)
    said = {by: dict.fromkeys(metric_title(r) for r in results if r.by == by)
            for by in dict.fromkeys(r.by for r in results if r.by)}
    notes = [f"by {by}: {', '.join(titles)}" for by, titles in said.items()]
    for of, note in dict.fromkeys((str(r.compared), r.note) for r in results if r.note):
        titles = dict.fromkeys(metric_title(r) for r in results
                               if (str(r.compared), r.note) == (of, note))
        notes.append(f"{of}: {note} ({', '.join(titles)})")
    return "\n\n".join([*map(_pivoted, groups.values()), "\n".join(notes)]).rstrip()


def _pivoted(results) -> str:
    columns = list(dict.fromkeys(metric_title(r) for r in results))
    rows = {}
    for r in results:
        rows.setdefault(str(r.compared), {})[metric_title(r)] = r
    return text_table(("of", *columns, "n"), [
        (name, *(_cell(row.get(column)) for column in columns),
         ", ".join(dict.fromkeys(str(r.count) for r in row.values() if r.count)) or "-")
        for name, row in rows.items()])


def _cell(result) -> str:
    if result is None:
        return ""
    error = "" if math.isnan(result.error) else f" +- {format_number(result.error)}"
    return format_number(result.value) + error


def format_number(value: float) -> str:
    """Four significant digits, four decimals below 1; a dash for what is not there."""
    return "-" if math.isnan(value) else f"{value:.4g}" if abs(value) >= 1 else f"{value:.4f}"


def save_report(path: Path, report: dict) -> None:
    """Writes `report` to the JSON file `path`, whole or not at all."""
    write_text(path, json.dumps(report, indent=2) + "\n")

"""The results of an evaluation as a text table and as JSON."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from framework.files import write_text
from framework.text import text_table
from metrics.streams import Comparison

INCEPTION = "Inception"              # the net whose features give FID and KID their names
METRIC_TITLES = {"fid": "Frechet", "kid": "kernel", "swd": "sliced Wasserstein",
                 "swd_bound": "Wasserstein >=", "pair_agreement": "pair agreement",
                 "retrieval": "R@1", "retrieval_back": "R@1 back", "median_rank": "rank",
                 "median_rank_back": "rank back", "hsic_z": "HSIC z", "hsic_p": "HSIC p",
                 "elbo": "ELBO in nats", "log_likelihood": "log p(x) in nats",
                 "reconstruction": "E log p(x|z)", "kl": "KL", "bits": "bits per number"}
PAIRING = "pairing"                  # the kind of comparison that has a row for each judge


class Result(NamedTuple):
    """One value of an evaluation, or a note on why there is none.

    compared: a `metrics.streams.Comparison` or the name of a stream. error: the standard error,
    NaN if there is none. count: the number of pairs, or of samples on each side. by: the net
    that the value was measured with.
    """

    metric: str
    compared: Comparison | str
    value: float = math.nan
    error: float = math.nan
    count: int = 0
    by: str = ""
    note: str = ""

    def as_dict(self, **settings: Any) -> dict:
        """Returns the fields for JSON, without empty ones, and the `settings` of the evaluation."""
        kind = {"kind": self.compared.kind} if isinstance(self.compared, Comparison) else {}
        found = self._asdict() | {"compared": str(self.compared)} | kind | settings
        return {k: v for k, v in found.items() if v != "" and not _is_nan(v)}


def _is_nan(value) -> bool:
    return isinstance(value, float) and math.isnan(value)


def metric_title(result: Result) -> str:
    """The metric's title. LPIPS, FID and KID are titles only of what the published nets gave."""
    if result.metric == "lpips":
        return result.by.partition(" (")[0]
    if result.metric in ("fid", "kid") and result.by.startswith(INCEPTION):
        return result.metric.upper()
    return METRIC_TITLES.get(result.metric, result.metric)


def format_results(results: Sequence[Result]) -> str:
    """Formats a table of the comparisons, one of the pairings with a row for each judge, and one
    of the streams, with a column for each metric.

    Below them stand the nets that the values were measured with, and the notes.
    """
    groups = {}
    for result in results:
        of = result.compared
        kind = isinstance(of, Comparison) and (of.kind == PAIRING or "others")
        groups.setdefault(kind, []).append(result)
    said = {by: dict.fromkeys(metric_title(r) for r in results if r.by == by)
            for by in dict.fromkeys(r.by for r in results if r.by)}
    notes = [f"by {by}: {', '.join(titles)}" for by, titles in said.items()]
    for of, note in dict.fromkeys((str(r.compared), r.note) for r in results if r.note):
        titles = dict.fromkeys(metric_title(r) for r in results
                               if (str(r.compared), r.note) == (of, note))
        notes.append(f"{of}: {note} ({', '.join(titles)})")
    return "\n\n".join([*map(_pivot, groups.values()), "\n".join(notes)]).rstrip()


def _pivot(results) -> str:
    columns = list(dict.fromkeys(metric_title(r) for r in results))
    rows = {}
    for r in results:
        judged = isinstance(r.compared, Comparison) and r.compared.kind == PAIRING
        name = f"{r.compared}, by {r.by}" if judged else str(r.compared)
        rows.setdefault(name, {})[metric_title(r)] = r
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
    """Formats with four significant digits, or four decimals below 1; NaN becomes a dash."""
    return "-" if math.isnan(value) else f"{value:.4g}" if abs(value) >= 1 else f"{value:.4f}"


def save_report(path: Path, report: dict) -> None:
    """Writes `report` to the JSON file `path`, completely or not at all."""
    write_text(path, json.dumps(report, indent=2) + "\n")

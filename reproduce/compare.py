"""Compares a table's numbers with the document's, and lists why they may not be comparable."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from config import presets
from data.names import domain_names, find_domain
from framework.text import text_table
from metrics.report import format_number
from reproduce.tables import TableRow

THESIS_DISTANCE = "LPIPS (alex, v0.1)"              # the net that the thesis measures with
COLUMN_HEADERS = {"generated": ("gen 1 | gen 2",),
                  "pairs": ("gen 1 | gen 2", "gen 1 | real 1", "gen 2 | real 2"),
                  "real": ("gen 1 | real 1", "gen 1 | real 2", "gen 2 | real 1",
                           "gen 2 | real 2")}
COMPARISON_KINDS = {"generated": ("pair",), "pairs": ("pair", "own"), "real": ("own", "cross")}

Evaluation = Mapping[str, Any]                      # the contents of a metrics.json


def lpips_results(evaluation: Evaluation, kinds: Collection[str]) -> list[dict]:
    """Selects an evaluation's perceptual distances whose comparison is one of `kinds`, in its
    order, in which the generated pair is first."""
    return [row for row in evaluation["results"]
            if row["metric"] == "lpips" and row.get("kind") in kinds]


def comparison_table(rows: Sequence[TableRow], columns: str,
                     found: Mapping[str, Evaluation]) -> str:
    """Formats `comparison_cells` as text in columns."""
    return text_table(*comparison_cells(rows, columns, found))


def comparison_cells(rows: Sequence[TableRow], columns: str,
                     found: Mapping[str, Evaluation]) -> tuple[list[str], list[list[str]]]:
    """The header, and a line for each row: in each column our number, then the document's; at the
    end pair agreement and the classes present in every domain, if they were measured.

    columns: of `reproduce.tables.Table`. found: evaluations by preset.
    """
    with_agreement = any("pair_agreement" in (each or {}) for each in found.values())
    header = ["", *(word for head in COLUMN_HEADERS[columns] for word in (head, "document"))]
    lines = []
    for row in rows:
        values, each = [], found.get(row.preset)
        ours = lpips_results(each, COMPARISON_KINDS[columns]) if each else []
        for at, document in enumerate(row.reported):
            values += [our_value(ours, at), format_number(document)]
        lines.append([row.label, *values, *(_agreement_cells(each) if with_agreement else ())])
    header += ["pair agreement", "classes"] if with_agreement else []
    return header, [*lines, *_baseline_rows(rows, found, len(header))]


def our_value(rows: Sequence[Mapping[str, Any]], at: int) -> str:
    """The value of the result number `at` with its standard error; "-" where there is none."""
    if at >= len(rows):
        return "-"
    row = rows[at]
    error = f" +- {row['error']:.4f}" if "error" in row else ""
    return f"{format_number(row['value'])}{error}"


def _agreement_cells(found):
    if not found or "pair_agreement" not in found:
        return "-", "-"
    classes = f"{found['classes_present']} of {found['classes']}" if "classes" in found else "-"
    return f"{found['pair_agreement']:.3f}", classes


def _baseline_rows(rows, found, width):
    """One line for each data set: the distance between its domains' real images."""
    lines = {}
    for row in rows:
        ours = lpips_results(found[row.preset], ("baseline",)) if found.get(row.preset) else []
        if row.baseline and ours:
            data = presets.load_preset(row.preset).values["dataset"]
            line = [f"real 1 | real 2 ({data})", our_value(ours, 0), format_number(row.baseline)]
            lines.setdefault(data, line + [""] * (width - len(line)))
    return lines.values()


def reasons_not_comparable(rows: Sequence[TableRow], found: Mapping[str, Evaluation],
                           runs: Mapping[str, Path], differing: Mapping[str, str]) -> list[str]:
    """Lists why the numbers cannot equal the document's; empty if they should.

    found, runs, differing: by preset the evaluations, the folders, and the description of how the
    options differ from it.
    """
    lines: dict[str, None] = dict.fromkeys(_training_differences(rows, differing))
    for row in rows:
        if found.get(row.preset):
            lines |= dict.fromkeys(measuring_differences(row, found[row.preset]))
            lines |= dict.fromkeys(size_differences(runs[row.preset]))
    return list(lines)


def measuring_differences(row: TableRow, evaluation: Evaluation) -> list[str]:
    """Lists in what the distances are measured otherwise than the document's."""
    lines: dict[str, None] = {}
    for each in lpips_results(evaluation, ("pair",)):
        if each["by"] != THESIS_DISTANCE:
            lines.setdefault(f"measured by {each['by']}, not by {THESIS_DISTANCE}")
        if each["count"] != row.pairs:
            lines.setdefault(f"{each['count']} pairs for {row.pairs}")
    return list(lines)


def _training_differences(rows, differing) -> list[str]:
    """The differing options that rows were trained with; rows with the same share a line."""
    labels = {}
    for row in rows:
        labels.setdefault(differing[row.preset], []).append(row.label)
    return [f"{'' if len(labels) == 1 else ', '.join(who) + ': '}trained with {text}"
            for text, who in labels.items() if text]


def size_differences(run: Path) -> list[str]:
    """Lists the domains whose number of images differs from that of the published sets."""
    values = json.loads((run / "config.json").read_text())
    names = domain_names(values["dataset"], values["domains"], values["data_dir"])
    entries = [find_domain(name) for name in names]
    sources = [entry.source.name for entry in entries]
    lines = []
    for entry, domain in zip(entries, json.loads((run / "domains.json").read_text()),
                             strict=True):
        full = (entry.full_size or entry.source.full_size or 0) // sources.count(entry.source.name)
        if full and domain["images"] != full:
            lines.append(f"{domain['images']} images of {domain['name']} for {full}")
    return lines

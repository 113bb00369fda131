"""A table's numbers beside the document's, and what keeps them from being comparable."""

import json
from pathlib import Path

from config import presets
from data.names import domain_names, find_domain
from metrics.report import number, table

ALEX = "LPIPS (alex, v0.1)"              # what the thesis measures with
HEADS = {"pairs": ("gen 1 | gen 2", "gen 1 | real 1", "gen 2 | real 2"),
         "real": ("gen 1 | real 1", "gen 1 | real 2", "gen 2 | real 1", "gen 2 | real 2")}
KINDS = {"pairs": ("pair", "own"), "real": ("own", "cross")}


def distances(found: dict, kinds) -> list[dict]:
    """The perceptual distances of an evaluation of these kinds, in its order; for "pairs" the
    generated pair comes first."""
    return [row for row in found["results"]
            if row["metric"] == "lpips" and row.get("kind") in kinds]


def comparison(rows, columns: str, found: dict) -> str:
    """A line per row of a table: ours, then the document's, for each column; pair agreement
    and the classes in every domain where they were measured. found: evaluations by preset."""
    judged = any("pair_agreement" in (each or {}) for each in found.values())
    header = ["", *(word for head in HEADS[columns] for word in (head, "document"))]
    lines = []
    for row in rows:
        values, each = [], found.get(row.preset)
        ours = distances(each, KINDS[columns]) if each else []
        for at, document in enumerate(row.reported):
            values += [_ours(ours, at), number(document)]
        lines.append([row.label, *values, *(_judged(each) if judged else ())])
    header += ["pair agreement", "classes"] if judged else []
    return table(header, [*lines, *_baselines(rows, found, len(header))])


def _ours(rows, at):
    if at >= len(rows):
        return "-"
    row = rows[at]
    error = f" +- {row['error']:.4f}" if "error" in row else ""
    return f"{number(row['value'])}{error}"


def _judged(found):
    if not found or "pair_agreement" not in found:
        return "-", "-"
    classes = f"{found['classes_present']} of {found['classes']}" if "classes" in found else "-"
    return f"{found['pair_agreement']:.3f}", classes


def _baselines(rows, found, width):
    """A line for the real images of each data set, against each other."""
    lines = {}
    for row in rows:
        ours = distances(found[row.preset], ("baseline",)) if found.get(row.preset) else []
        if row.baseline and ours:
            data = presets.load(row.preset).values["dataset"]
            line = [f"real 1 | real 2 ({data})", _ours(ours, 0), number(row.baseline)]
            lines.setdefault(data, line + [""] * (width - len(line)))
    return lines.values()


def obstacles(rows, found: dict, runs: dict, differing: dict) -> list[str]:
    """Why the numbers are not the document's, one line each; none if they should be.

    runs: the rows' folders. differing: how each row's options differ from its preset.
    """
    lines = dict.fromkeys(_trained(rows, differing))
    for row in rows:
        for each in distances(found[row.preset], ("pair",)) if found.get(row.preset) else ():
            if each["by"] != ALEX:
                lines.setdefault(f"measured by {each['by']}, not by {ALEX}")
            if each["count"] != row.pairs:
                lines.setdefault(f"{each['count']} pairs for {row.pairs}")
        if found.get(row.preset):
            lines |= dict.fromkeys(_data(row, runs[row.preset]))
    return list(lines)


def _trained(rows, differing) -> list[str]:
    """What the rows were trained with, those with the same options in one line."""
    labels = {}
    for row in rows:
        labels.setdefault(differing[row.preset], []).append(row.label)
    return [f"{'' if len(labels) == 1 else ', '.join(who) + ': '}trained with {text}"
            for text, who in labels.items() if text]


def _data(row, run: Path) -> list[str]:
    """Domains with other numbers of images than the published sets have."""
    values = json.loads((run / "config.json").read_text())
    names = domain_names(values["dataset"], values["domains"], values["data_dir"])
    sources = [find_domain(name).source for name in names]
    lines = []
    for source, domain in zip(sources, json.loads((run / "domains.json").read_text()),
                              strict=True):
        full = (source.full_size or 0) // [s.name for s in sources].count(source.name)
        if full and domain["images"] != full:
            lines.append(f"{domain['images']} images of {domain['name']} for {full}")
    return lines

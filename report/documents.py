"""What of the five source documents the program makes, by which command, and what was measured.

Tables, figures and presets come from their registries, so that none can be forgotten; systems and
what is left out stand in documents.toml.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from config import presets
from figures.catalogue import FIGURES
from reproduce.tables import TABLES

FILE = Path(__file__).with_name("documents.toml")
THESIS = "004"                  # whose tables of LPIPS `reproduce` makes
HEADER = """\
# The documents, to the letter

Every system, table, figure and listing of the five source documents, the command that makes it, and
where what was measured here stands. `python main.py documents` makes this page from the program's
registries: do not edit it.
"""


class Row(NamedTuple):
    """where: the place in the document. what: what stands there. command: what makes it here, empty
    where nothing does. measured: address of the figures, or why there are none."""

    where: str
    what: str
    command: str
    measured: str


def page() -> str:
    """The table of all documents in Markdown."""
    known = tomllib.loads(FILE.read_text(encoding="utf-8"))
    parts = [HEADER]
    for document in known["document"]:
        lines = [_line(row) for row in rows_of(document, known)]
        parts.append(f"## {document['title']}\n\n| where | what | command | measured here |\n"
                     f"|---|---|---|---|\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def rows_of(document: dict[str, Any], known: dict[str, Any]) -> list[Row]:
    """The rows of one document: systems, then tables, figures and presets."""
    measured = known["measured"]
    systems = [Row(each["where"], each["what"], each.get("command", ""),
                   each.get("left_out") or each.get("measured", ""))
               for each in known["system"] if each["document"] == document["number"]]
    tables = [Row(name.replace("-", " ") if "figure" in name else f"table {name}", table.title,
                  f"reproduce {name}", measured.get(name, ""))
              for name, table in TABLES.items() if document["number"] == THESIS]
    figures = [Row(_place(what), what.partition(" (")[0], f"figures {name}",
                   measured.get(name, ""))
               for name, what in FIGURES.items() if _is_of(what, document)]
    settings = [Row(_without_title(preset.source, document), preset.description,
                    f"--preset {name}", measured.get(name, ""))
                for name in presets.names()
                if _is_of((preset := presets.load_preset(name)).source, document)]
    return [*systems, *tables, *figures, *settings]


def _is_of(text: str, document: dict[str, Any]) -> bool:
    return any(word in text for word in document["sources"])


def _place(description: str) -> str:
    """What stands in the last brackets of a figure's description, without the author."""
    found = re.search(r"\(([^()]*)\)", description)
    return re.sub(r"^(Chen 2017|SCoGAN)(, | )", "", found.group(1)) if found else ""


def _without_title(source: str, document: dict[str, Any]) -> str:
    for word in document["sources"]:
        source = re.sub(rf"^{re.escape(word)}( thesis)?, ", "", source)
    return source


def _line(row: Row) -> str:
    command = " or ".join(f"`{part}`" for part in row.command.split("; ") if part)
    linked = f"[figures]({row.measured})" if ".md#" in row.measured else row.measured
    return f"| {row.where} | {row.what} | {command} | {linked} |"

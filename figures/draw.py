"""`main.py figures NAME`: draws a figure as a PNG and writes its numbers to a CSV beside it."""

import csv
import io
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from figures.catalogue import FIGURES, OF_FOLDERS, Figure
from framework.errors import UserError
from framework.files import writable_folder, write_text
from framework.plots import save_png
from framework.quiet import quiet
from framework.registry import accepts, called_with


def save(folder: Path, name: str, figure: Figure) -> list[str]:
    """Writes NAME.png and NAME.csv into `folder`, NAME.md where the figure has a text, and
    NAME-PAGE.png for each page; returns their names. Raises UserError if that fails."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(figure.columns)
    for row in zip(*figure.columns.values(), strict=True):
        table.writerow([cell if isinstance(cell, str) else f"{cell:.7g}" for cell in row])
    write_text(writable_folder(folder) / f"{name}.csv", text.getvalue())
    save_png(folder / f"{name}.png", figure.picture)
    if figure.text:
        write_text(folder / f"{name}.md", figure.text)
    for page, picture in figure.pages.items():
        save_png(folder / f"{name}-{page}.png", picture)
    return [f"{name}.png", f"{name}.csv", *[f"{name}.md"] * bool(figure.text),
            *(f"{name}-{page}.png" for page in figure.pages)]


def main(name: str, *, folders: Sequence[str] = (), iterations: int = 0,
         output: str = "runs/figures", **settings: Any) -> None:
    """Draws the figure called `name`, or "all" of them, into the folder `output`.

    folders: of runs or of images, for a figure that shows some. iterations: of the figures that
    train; 0: as many as each needs. settings: further arguments of the figure's `draw`. UserError
    if the folder cannot be written, for folders of a figure that shows none, and for a setting
    that the figure does not have.
    """
    if folders and name not in OF_FOLDERS:
        raise UserError(f"the figure {name} shows no folders; {', '.join(OF_FOLDERS)} do")
    writable_folder(output)
    names = [each for each in FIGURES if each not in OF_FOLDERS] if name == "all" else [name]
    for number, each in enumerate(names, 1):
        print(f"drawing {each} ({number} of {len(names)}) ...", file=sys.stderr, flush=True)
        with quiet():
            draw = import_module(f"figures.{each.replace('-', '_')}").draw
        for setting in settings:
            if name != "all" and not accepts(draw, setting):
                raise UserError(f"the figure {name} takes no --{setting}")
        given = {"folders": folders, "output": output, **settings}
        written = save(Path(output), each, called_with(draw, given | (
            {"iterations": iterations} if iterations else {})))
        print("\n".join(str(Path(output) / file) for file in written))

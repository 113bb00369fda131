"""What a page says of pictures that a command made, and the parts that such pages share."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from data.decode import ImageFile, decode
from framework.errors import UserError
from framework.options import Option
from report.curves import thinned
from report.document import Table
from report.grids import Grid, Packed, packed_pixels
from report.html import address, rendered, write_beside
from report.options import command_line, option_rows

MOST_ROWS = 24                  # of pictures in a page
SIDE = 640                      # pixels of a picture's width
QUALITY = 80                    # of WebP
TITLES = {"figures": "Figures", "pictures": "Pictures", "curves": "Curves",
          "objective": "How it is made", "options": "Options"}


class Link(NamedTuple):
    """A text, and the URL of the file that it is of, or ""."""

    text: str
    href: str = ""


class Shown(NamedTuple):
    """A picture with its caption, and what one who does not see it is told."""

    packed: Packed | Grid
    caption: Link
    alt: str


class Row(NamedTuple):
    """Pictures that belong beside each other. large: they are grids of small ones."""

    pictures: list[Shown]
    title: str = ""
    note: str = ""
    doubt: str = ""
    large: bool = False


class Work(NamedTuple):
    """What a page says of what a command made.

    name: the page's title. lines: paragraphs below it. command: what one types for the same.
    options: of `report.options.option_rows`. seconds: that it took, in words. rest: which pictures
    are not shown. charts: of `report.curves.thinned`. about, formula: how it is made, in words and
    as MathML. doubts: (what is wrong, what to try). differences: a heading, then lines.
    tables_first: before the pictures.
    """

    name: str
    lines: list[str]
    command: str
    options: list[dict]
    rows: list[Row]
    seconds: str = ""
    rest: str = ""
    charts: Sequence[dict[str, Any]] = ()
    about: str = ""
    formula: str = ""
    tables: Sequence[Table] = ()
    doubts: Sequence[tuple[str, str]] = ()
    differences: Sequence[str] = ()
    tables_first: bool = False


def write_work(page: Path, began: float, command: str, options: Sequence[Option],
               values: Mapping[str, Any], defaults: Mapping[str, Any],
               make: Callable[[dict[str, Any]], Work]) -> None:
    """Writes the page of a command, as `html.write_beside` does.

    began: `time.perf_counter` then. options, values, defaults: see `report.options`. make: from
    what each page says of its command, the fields `command`, `options` and `seconds`, to the rest.
    """
    def text():
        return page_of(make({"command": command_line(command, options, values),
                             "options": option_rows(options, values, defaults),
                             "seconds": seconds_since(began)}))
    write_beside(page, text)


def page_of(work: Work) -> str:
    """The page as HTML, which needs no other file but for links."""
    places = ["figures", "pictures"] if work.tables_first else ["pictures", "figures"]
    there = {"figures": work.tables, "pictures": True, "curves": work.charts,
             "objective": work.about or work.formula, "options": True}
    sections = {place: TITLES[place] for place in (*places, "curves", "objective", "options")
                if there[place]}
    data = [{"name": work.name, "charts": list(work.charts), "grids": []}]
    return rendered("work.html", work.name, sections, data, work=work)


def picture_of(file: ImageFile) -> Packed | None:
    """The picture in the file; None where it cannot be read by now."""
    with suppress(OSError, UserError, cv2.error):
        return packed_pixels(decode(file), SIDE, QUALITY)
    return None


def shown_file(file: Any, what: str, page: Path) -> list[Shown]:
    """The picture in `file`, a path or a place in a zip file, with a link to it, as a list of one;
    an empty list where it cannot be read. what: the caption."""
    packing = picture_of(file)
    href = address(file, page) if isinstance(file, Path) else ""
    return [Shown(packing, Link(what, href), f"{what}: {file.name}")] if packing else []


def shown_pixels(picture: np.ndarray, what: Link) -> Shown:
    """A picture uint8 [H, W, 3] RGB."""
    return Shown(packed_pixels(picture, SIDE, QUALITY), what, what.text)


def loss_charts(curves: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """Charts of the loss after each step, a curve for each name; none of empty ones."""
    return [chart for name, losses in curves.items() if len(losses)
            for chart in thinned({"iteration": np.arange(1, len(losses) + 1),
                                  f"loss/{name}": np.array(losses, float)})]


def not_shown(count: int, where: str) -> str:
    """That `count` more are there, in words; nothing for none."""
    return f"{count} more {'is' if count == 1 else 'are'} not shown here: {where}" * (count > 0)


def seconds_since(began: float) -> str:
    """The time since `time.perf_counter` was `began`, in words."""
    spent = time.perf_counter() - began
    return f"{spent:.1f} s" if spent < 120 else f"{spent / 60:.1f} min"


def page_beside(output: str | Path, folder: bool) -> Path:
    """Where the page of an output lies: OUT.png -> OUT.html, FOLDER -> FOLDER/report.html."""
    path = Path(output)
    return path / "report.html" if folder else path.with_suffix(".html")


def first_rows(rows: Iterable[Row]) -> list[Row]:
    """Those of the rows that hold a picture."""
    return [row for row in rows if row.pictures]

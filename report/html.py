"""From facts to one HTML file: the templates, and how a page is written beside what it shows."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import jinja2
from markupsafe import Markup

from framework.errors import UserError, one_line
from framework.files import write_text

HERE = Path(__file__).parent
MARK = '<meta name="generator" content="SCoGAN">'      # by which a page of ours is known again
HEAD = 1000                     # bytes of a page in which that stands
# Why a page may be missing; what it shows is kept.
FAILURES = (OSError, UserError, MemoryError, jinja2.TemplateError, cv2.error)


def rendered(name: str, title: str, sections: Mapping[str, str], data: list[dict],
             **facts: Any) -> str:
    """The page of the template `name` as HTML, which needs no other file.

    sections: what the page is parted into, the titles by their places. data: for the script, for
    each run its `name`, `charts` and `grids`.
    """
    return template(name).render(
        name=title, sections=sections, data=for_script(data), mark=Markup(MARK),
        charts=any(each["charts"] for each in data) or "curves" in sections,
        written=time.strftime("%Y-%m-%d %H:%M"), **facts)


def write_beside(path: Path, make: Callable[[], str]) -> None:
    """Writes the page that `make` gives to `path` in one step, and says where it is in a line on
    standard error, where it breaks no list of results. A page that cannot be made or written, or
    whose place another file has, costs a line and nothing else."""
    try:
        if path.exists() and not is_ours(path):
            raise UserError("it is another file, which stays")
        write_text(path, make())
    except FAILURES as error:
        print(one_line(f"no page {path}: {error}"), file=sys.stderr)
    else:
        print(f"{path}: all of it in a page for a browser (--no_report: none)", file=sys.stderr)


def is_ours(path: Path) -> bool:
    """Whether the file is a page that this project wrote."""
    with open(path, "rb") as file:
        return MARK.encode() in file.read(HEAD)


def address(file: str | Path, page: Path) -> str:
    """The URL of the file, relative to the folder that `page` lies in, whatever its name."""
    place = os.path.relpath(os.path.abspath(file), os.path.abspath(page.parent))
    return quote(os.fsencode(place))


def for_script(data: Any) -> str:
    """`data` as JSON that may stand inside of a <script>: nothing in it ends that."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def template(name: str) -> jinja2.Template:
    """The template `name`, which takes style sheet, scripts and chart library into the page."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"),
                                     autoescape=True, trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined)
    environment.globals["file"] = lambda name: Markup((HERE / name).read_text(encoding="utf-8"))
    return environment.get_template(name)

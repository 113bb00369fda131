"""`main.py reproduce TABLE`."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from commands.registry import COMMANDS, REPORT
from framework.options import MAX_COUNT, Option
from framework.text import text_table
from metrics.choice import LPIPS_NETS
from reproduce.scales import REPRODUCTION_SCALES
from reproduce.tables import TABLES

if TYPE_CHECKING:
    from reproduce.reproduction import Reproduction


@COMMANDS.register("reproduce", options=(
    Option("name", str, "", "a table, or all", positional=True, count="?"),
    Option("scale", str, "quick", "; ".join(
        f"{name}: {scale.about}" for name, scale in REPRODUCTION_SCALES.items()),
           choices=REPRODUCTION_SCALES),
    Option("data_dir", str, "", "where the data lie, and weights of LPIPS and VGG if there are "
           "any"),
    Option("output", str, "runs/reproduce", "folder"),
    Option("lpips_net", str, "", "default: the first whose weights are there",
           choices=("", *LPIPS_NETS)),
    Option("lpips_weights", str, "", "as of evaluate"),
    Option("vgg_weights", str, "", "as of training"),
    Option("iterations", int, 0, "of every row; 0: as the scale says", low=0, high=MAX_COUNT),
    Option("samples", int, 0, "pairs that are measured; 0: as the scale says", low=0,
           high=MAX_COUNT),
    REPORT))
def reproduce(name: str, report: bool, **given: Any) -> int | None:
    """Trains and measures what a table of the documents shows, beside its numbers. Without a name
    it lists the tables."""
    if not name:
        return print(text_table(("table", "what it shows", "rows"), [
            (name, each.title, ", ".join(row.label for row in each.rows))
            for name, each in TABLES.items()]))
    if name != "all":
        TABLES.find(name)
    from reproduce import reproduction
    done = partial(_write_page, time.perf_counter(), given)
    return reproduction.main(name, done=done if report else None, **given)


def _write_page(began: float, given: dict[str, Any], made: "Reproduction") -> None:
    """Writes the page of a table beside its text."""
    from report.reproduced import reproduced
    from report.works import write_work

    page, options = made.output / f"table-{made.name}.html", COMMANDS.options["reproduce"]
    write_work(page, began, "reproduce", options, {"name": made.name, **given},
               {option.name: option.default for option in options},
               partial(reproduced, made, page))

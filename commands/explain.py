"""`main.py explain PRESET|RUN|OPTIONS`."""

from pathlib import Path
from typing import Any

from commands.registry import COMMANDS
from config.options import OPTIONS
from config.resolve import from_flags, load_config
from framework.errors import UserError
from framework.files import write_text
from framework.options import Option


@COMMANDS.register("explain", options=(
    Option("what", str, "", "folder of a run, or name of a preset; else what the options train",
           positional=True, count="?"),
    Option("markdown", str, "", "file to write it to (default: it is printed)"),
    *OPTIONS))
def explain(**given: Any) -> int | None:
    """Says what a run, a preset or a command line trains, as formulas and tables. Each term stands
    with the line that computes it; what differs from the preset comes last."""
    from report.explain import explained

    what, place = given.pop("what", ""), given.pop("markdown", "")
    if (Path(what) / "config.json").is_file() and what:
        if given:
            raise UserError(f"{what} is a run, whose options stand; leave out "
                            f"--{next(iter(given))}")
        config = load_config(what)
    else:
        config = from_flags({**given, **({"preset": what} if what else {})})
    text = explained(config)
    if place:
        write_text(place, text)
        print(f"{place}: {len(text.splitlines())} lines of Markdown")
    else:
        print(text, end="")
    return None

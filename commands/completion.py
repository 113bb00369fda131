"""`main.py completion SHELL`."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from shlex import quote
from typing import Any

from commands.registry import COMMANDS, first_sentence
from config import presets
from data.listing import list_datasets
from figures.catalogue import FIGURES
from framework.command_line import Parser, fill
from framework.errors import UserError
from framework.options import Option
from reproduce.tables import TABLES

# How each shell says that a word starts this program.
STARTS = {"bash": '{name}() {{ {start} "$@"; }}',
          "zsh": '{name}() {{ {start} "$@"; }}',
          "fish": "function {name}; {start} $argv; end",
          "tcsh": "alias {name} {quoted}"}
MAIN = Path(__file__).resolve().parents[1] / "main.py"
LISTED = {"figures": FIGURES, "reproduce": TABLES}
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@COMMANDS.register("completion", options=(
    Option("shell", str, "", "that of yours", choices=STARTS, positional=True),
    Option("name", str, "scogan", "word that starts the program from then on")))
def completion(shell: str, name: str) -> None:
    """Prints a script by which your shell completes commands, options and values. The script also
    defines the word scogan, which starts this program from any folder: a shell completes by the
    first word, and that of `python main.py` is python."""
    if not WORD.fullmatch(name):
        raise UserError(f"name must be a word of letters, digits, _ and -, not {name!r}")
    import shtab

    start = f"{quote(sys.executable)} {quote(str(MAIN))}"
    print(shtab.complete(_program(name, shtab.FILE), shell, preamble=STARTS[shell].format(
        name=name, start=start, quoted=quote(start))))


def _program(name: str, files: Any) -> Parser:
    """All commands in one parser, training also without its name. Its actions know their choices,
    or that what they take may be among the `files`."""
    program = Parser(prog=name)
    _complete(program, "train", files)
    commands = program.add_subparsers()
    for command in COMMANDS:
        said = first_sentence(command)
        _complete(commands.add_parser(command, help=said, description=said), command, files)
    return program


def _complete(parser: Parser, command: str, files: Any) -> None:
    for option, action in fill(parser, COMMANDS.options[command]):
        names = option.choices or _names(command, option.name)
        if names:
            action.choices = [name for name in names if name]
        elif option.type is str:
            vars(action)["complete"] = files        # as shtab reads it


def _names(command: str, option: str) -> Iterable[str]:
    """The names that an option takes which is free to take others."""
    if option == "preset":
        return ("none", *presets.names())
    if option == "dataset":
        return [row.name for row in list_datasets()]
    if option == "name" and command in LISTED:
        return ("all", *LISTED[command])
    return ()

"""The commands by name. A command is one file here: its rows of options and its function.

The function is called with the options by name; one that is not given and whose default is None
is left out. A function that takes `**given` alone is called with what is given. What it returns is
the exit status, None for 0. It imports what needs TensorFlow when it is called, so that lists,
help and mistakes are answered at once. The head of its docstring is what `--help` says.
"""

from collections.abc import Callable
from inspect import Parameter, getdoc, signature
from typing import Any

from framework import command_line
from framework.extensions import load_extensions
from framework.options import Option
from framework.registry import Registry

COMMANDS = Registry("command", package="commands")

RUN = Option("run", str, "", "folder of the run", positional=True)
REPORT = Option("report", bool, True, "a page beside the results that shows all of it in a browser")


def call(name: str, argv: list[str]) -> int | None:
    """Runs the command `name` on the words behind it. Raises UserError for a mistake in them."""
    load_extensions()
    function, options = COMMANDS.find(name), COMMANDS.options[name]
    given = command_line.parse(options, argv, **_named(name))
    if [p.kind for p in signature(function).parameters.values()] == [Parameter.VAR_KEYWORD]:
        return function(**given)
    defaults = {option.name: option.default for option in options
                if option.default is not None or option.count == 2}
    return function(**defaults | given)


def help_of(name: str) -> str:
    """What `--help` of the command `name` prints."""
    return command_line.parser(COMMANDS.options[name], **_named(name)).format_help()


def _named(name: str) -> dict[str, Any]:
    return {"prog": f"main.py {name}", "description": about(COMMANDS[name])}


def about(function: Callable[..., Any]) -> str:
    """The first paragraph of a command's docstring."""
    return (getdoc(function) or "").partition("\n\n")[0]


def first_sentence(command: str) -> str:
    """What a command does, in one line without its full stop."""
    return " ".join(about(COMMANDS[command]).split()).partition(". ")[0].removesuffix(".")

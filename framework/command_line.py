"""From rows of options to argparse, for every command alike.

Between the words of a name stands - or _: `--lr-g` is `--lr_g`.
"""

import argparse
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from framework.errors import UserError, unknown
from framework.options import Option

METAVARS = {int: "N", float: "X", str: "NAME"}


class Parser(argparse.ArgumentParser):
    """argparse whose mistakes are UserErrors, with the nearest name for an unknown option."""

    def __init__(self, **settings: Any):
        settings.setdefault("formatter_class", lambda prog: argparse.HelpFormatter(
            prog, max_help_position=34, width=96))
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise UserError(message.removeprefix("argument ").removeprefix("--"))

    def _print_message(self, message: str, file: Any = None) -> None:
        """argparse would say nothing of help that nobody can read."""
        print(message, end="", file=file)

    def parse_known_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        """As argparse does, with every option that is known in this parser's spelling."""
        words = list(args or ())
        for at, word in enumerate(words):
            if word == "--":            # what follows are values
                break
            name, equals, value = word.partition("=")
            if name.startswith("--"):
                words[at] = spelled(name, self._option_string_actions) + equals + value
        return super().parse_known_args(words, namespace)

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        """As argparse does, but an argument without a meaning names the nearest that has one."""
        known, rest = self.parse_known_args(args, namespace)
        if not rest:
            return known
        if rest[0].startswith("-"):
            raise unknown("option", rest[0].partition("=")[0], self._option_string_actions)
        raise UserError(f"unexpected argument {rest[0]!r}; see --help")


class Switch(argparse.BooleanOptionalAction):
    """--name and --no_name, spelled as all options are."""

    def __init__(self, option_strings, dest, **settings: Any):
        super().__init__(option_strings, dest, **settings)
        self.option_strings = [*option_strings, f"--no_{dest}"]

    def __call__(self, parser, namespace: Any, values, option_string=None):
        setattr(namespace, self.dest, option_string in self.option_strings[:-1])


def spelled(name: str, known: Collection[str]) -> str:
    """The one of `known` that is `name` but for - and _ between words; without one, `name`."""
    if name in known:
        return name
    return next((each for each in known if _folded(each) == _folded(name)), name)


def _folded(name: str) -> str:
    word = name.lstrip("-")
    return name[:len(name) - len(word)] + word.replace("-", "_")


def parser(options: Iterable[Option], groups: Mapping[str, str] | None = None,
           **settings: Any) -> Parser:
    """The command line of `options`. An option that is not given leaves no trace.

    groups: title of each group of options, in their order, without those that have none; other
    options stand before them. settings: as of argparse.ArgumentParser.
    """
    command = Parser(argument_default=argparse.SUPPRESS, **settings)
    fill(command, options, groups)
    return command


def fill(command: Parser, options: Iterable[Option],
         groups: Mapping[str, str] | None = None) -> list[tuple[Option, argparse.Action]]:
    """Adds `options` to a parser, as `parser` does; returns each with what it became."""
    options = list(options)
    used = {option.group for option in options}
    sections = {group: command.add_argument_group(group, title)
                for group, title in (groups or {}).items() if group in used}
    return [(option, _add(sections.get(option.group, command), option)) for option in options]


def parse(options: Iterable[Option], argv: list[str], **settings: Any) -> dict[str, Any]:
    """The values that `argv` gives to `options`, by name; only of those that are given.

    Raises UserError for what is unknown, missing, of another type or out of range.
    """
    rows = {option.name: option for option in options}
    given = vars(parser(rows.values(), **settings).parse_args(argv))
    return {name: _value(rows[name], value) for name, value in given.items()}


def _value(option: Option, value):
    if value == [] and option.count in (None, "?"):
        value = "--"                    # argparse takes it out of --name=--
    if isinstance(value, list):
        return [option.parse(text) for text in value]
    return option.parse(value) if isinstance(value, str) else value


def _add(section, option: Option) -> argparse.Action:
    text = option.help
    if option.choices is not None:
        text += f": {', '.join(filter(None, option.choices))}"
    if option.default not in ("", None) and not option.positional:
        default = str(option.default).lower() if option.type is bool else option.default
        text += f" (default: {default})"
    text = text.replace("%", "%%")
    if option.positional:
        return section.add_argument(option.name, metavar=option.name.upper(), nargs=option.count,
                                    help=text)
    if option.type is bool:
        return section.add_argument(f"--{option.name}", action=Switch, help=text)
    return section.add_argument(
        f"--{option.name}", metavar=METAVARS[option.type], const=option.alone, help=text,
        nargs="?" if option.alone else option.count, required=option.required)

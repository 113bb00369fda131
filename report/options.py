"""The options of a command: as rows of a page, and as the line that gives them."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from framework.options import Option
from report.explain import shown


def option_rows(options: Iterable[Option], values: Mapping[str, Any],
                defaults: Mapping[str, Any]) -> list[dict]:
    """Name, value, where it is from and what it does, of the options that `values` or `defaults`
    name. values: of what was given, and maybe what was not. A value that is both given and the
    default counts as the default."""
    return [{"name": option.name, "value": _text(value),
             "from": "given" if is_given(option, values, defaults) else "default",
             "help": option.help}
            for option in options if option.name in values or option.name in defaults
            for value in [values.get(option.name, defaults.get(option.name))]]


def is_given(option: Option, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> bool:
    """Whether the option has another value than its default."""
    default = defaults.get(option.name, option.default)
    return option.name in values and (option.positional or values[option.name] != default)


def command_line(command: str, options: Iterable[Option], values: Mapping[str, Any]) -> str:
    """What one types for the options in `values` that are not the defaults of their rows."""
    words, flags = ["python", "main.py", command], []
    for option in options:
        if not is_given(option, values, {}):
            continue
        value = values[option.name]
        if option.positional:
            words += value if isinstance(value, list) else [value]
        elif option.type is bool:
            flags.append(f"--{'' if value else 'no_'}{option.name}")
        else:
            flags += [f"--{option.name}", shown(value)]
    return " ".join(map(shlex.quote, [*words, *flags]))


def _text(value: Any) -> str:
    return "" if value is None else ", ".join(value) if isinstance(value, list) else shown(value)

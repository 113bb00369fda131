"""Which of the options given mean something, and which values of a preset do not any more."""

from collections.abc import Collection, Mapping
from typing import Any

from config.options import BY_NAME, OPTIONS
from framework.errors import UserError
from framework.options import Option, refusal


def check_applicable(values: Mapping[str, Any], given: Mapping[str, Any],
                     flags: Collection[str]) -> None:
    """Raises UserError for the first option that is given and means nothing beside `values`.

    flags: what stood on the command line, refused also where it is the default, unless that
    turns the option off. What a file or a program gives is refused where it is not the default.
    """
    for name, value in given.items():
        option = BY_NAME[name]
        silent = option.is_off(value) if name in flags else value == option.default
        if not silent and (why := refusal(option, values)):
            raise UserError(why)


def serving(gan_type: str) -> list[Option]:
    """The options that can mean something for a kind of training, whatever the others are."""
    known: dict[str, Any] = {"gan_type": gan_type}
    while out := [option for option in OPTIONS
                  if option.name not in known and _never_met(option, known)]:
        known |= {option.name: option.default for option in out}     # they can be nothing else
    return [option for option in OPTIONS if option.name not in known or option.name == "gan_type"]


def _never_met(option: Option, known: Mapping[str, Any]) -> bool:
    """Whether the values that are `known` alone leave a requirement of the option unmet."""
    for requirement in option.requires:
        try:
            if not requirement.met(known):
                return True
        except KeyError:                # it reads what may yet be given
            continue
    return False


def meaningless(values: Mapping[str, Any], among: Collection[str]) -> list[str]:
    """Which of the options `among` are not at their default and mean nothing beside `values`,
    every option's value by name. What is left out may leave others without a meaning."""
    found: list[str] = []
    while new := [name for name in sorted(among) if name not in found
                  and values[name] != BY_NAME[name].default and BY_NAME[name].unmet(values)]:
        values = {**values, **{name: BY_NAME[name].default for name in new}}
        found += new
    return found

"""One row for each option: its name, type, default, range, what it does and whom it serves.

Every command is declared by such rows, training too. A loss, a penalty or a coupling gives its
own rows where it is registered. The order of the rows is the order of `--help`.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from framework.errors import UserError, unknown

MAX_SEED = 2**31 - 1            # TensorFlow draws from seeds of 32 bits
MAX_COUNT = 10**9               # of iterations, images and the like, and of weights
MAX_SHOWN = 40                  # characters of a value in a message
TYPE_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


@dataclass(frozen=True)
class Requirement:
    """A condition on the other options without which an option means nothing.

    met: a function of all values by name to a truth value. wanted: how a message names the
    condition, such as "--loss wgan". found: a function of all values to what holds instead.
    """

    met: Callable[[Mapping[str, Any]], bool]
    wanted: str
    found: Callable[[Mapping[str, Any]], str]


def one_of(option: str, *names: str) -> Requirement:
    """The option `option` has one of the values `names`."""
    return Requirement(lambda values: values[option] in names, f"--{option} {', '.join(names)}",
                       lambda values: f"{option} is {values[option]}")


def positive(option: str) -> Requirement:
    """The number `option` is above 0."""
    return Requirement(lambda values: values[option] > 0, f"a positive --{option}",
                       lambda values: f"{option} is {values[option]:g}")


def chosen(option: str) -> Requirement:
    """The option `option` names something: it is neither empty nor "none"."""
    return Requirement(lambda values: values[option] not in ("", "none"), f"a --{option}",
                       lambda values: f"there is no {option}")


def either(*requirements: Requirement) -> Requirement:
    """One of several requirements is met."""
    return Requirement(lambda values: any(r.met(values) for r in requirements),
                       " or ".join(r.wanted for r in requirements),
                       lambda values: ", ".join(dict.fromkeys(
                           r.found(values) for r in requirements)))


@dataclass(frozen=True)
class Option:
    """One option of a command.

    choices: the valid names, a collection that may grow (a registry). low, high: the range of a
    number, both ends included. group: heading in `--help`. requires: every one must be met for
    the option to mean something. serves: for what a kind of training must have, in the words of
    `config.kinds.Kind`, one of them; empty: any. choice_requires: what single choices require.
    positional: given without its name; `count` is then how often
    in argparse's terms ("?", "*", "+"), and for a flag how many values follow it. required: the
    command does not go without. alone: what a flag without a value stands for. common: most people
    meet it, so the short `--help` has it. several: the value may be more than one of the choices,
    with commas.
    """

    name: str
    type: type
    default: Any
    help: str
    choices: Collection[str] | None = None
    low: float | None = None
    high: float | None = None
    group: str = ""
    requires: tuple[Requirement, ...] = ()
    serves: tuple[str, ...] = ()
    choice_requires: Mapping[str, Requirement] = field(default_factory=dict)
    positional: bool = False
    count: int | str | None = None
    required: bool = False
    alone: str | None = None
    common: bool = False
    several: bool = False

    def check(self, value: Any) -> Any:
        """Returns `value` in this option's type. Raises UserError for a value of another type,
        one that is not among the choices, or one out of range."""
        if self.type is float and type(value) is int:
            value = float(value) if abs(value) < 1e300 else math.inf
        if type(value) is not self.type:
            raise UserError(f"{self.name} must be {TYPE_NAMES[self.type]}, not {_shown(value)}")
        if self.type is str and "\0" in value:
            raise UserError(f"{self.name} holds a character that no name has: {_shown(value)}")
        for name in map(str.strip, value.split(",")) if self.several else (value,):
            if self.choices is not None and name not in self.choices:
                raise unknown(self.name, name, filter(None, self.choices))
        if self.type in (int, float):
            self._check_range(value)
        return value

    def parse(self, text: str) -> Any:
        """Returns the value that is written as `text`. Raises UserError as `check` does."""
        try:
            return self.check(self.type(text))
        except ValueError:
            raise UserError(f"{self.name} must be {TYPE_NAMES[self.type]}, not {_shown(text)}"
                            ) from None

    def unmet(self, values: Mapping[str, Any]) -> Requirement | None:
        """The first requirement that `values`, every option's value by name, do not meet."""
        of_choice = self.choice_requires.get(values[self.name])
        every = (*self.requires, of_choice) if of_choice else self.requires
        return next((r for r in every if not r.met(values)), None)

    def is_off(self, value: Any) -> bool:
        """Whether `value` turns the option off, which is never a contradiction: the default,
        where that is 0, -1, "none", "auto", false or empty."""
        return value == self.default and (not value or value in ("none", "auto", -1))

    def _check_range(self, value):
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if value != value or abs(value) == math.inf:
            raise UserError(f"{self.name} must be a finite number, not {value}")
        if not low <= value <= high:
            below = value < low and MAX_SEED != high >= MAX_COUNT
            limits = f"at least {low}" if below else f"from {low} to {high}"
            raise UserError(f"{self.name} must be {limits}, not {_shown(value)}")


def _shown(value: Any) -> str:
    """The value as Python writes it, the rest of a long one left out."""
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN:
        return f"a number of {round(math.log10(abs(value))) + 1} digits"
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def refusal(option: Option, values: Mapping[str, Any]) -> str:
    """Why `option` means nothing beside `values`, in one line; empty where it means something."""
    missing = option.unmet(values)
    if missing is None:
        return ""
    of_choice = missing is option.choice_requires.get(values[option.name])
    name = f"{option.name} {values[option.name]}" if of_choice else option.name
    return f"{name} belongs to {missing.wanted}; here {missing.found(values)}"


def by_name(options: Iterable[Option]) -> dict[str, Option]:
    """Options by their names. Raises ValueError for two of one name."""
    found: dict[str, Option] = {}
    for option in options:
        if option.name in found:
            raise ValueError(f"the option {option.name} is declared twice")
        found[option.name] = option
    return found

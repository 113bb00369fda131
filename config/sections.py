"""One resolved configuration: its options in sections by concern, the groups of --help."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.options import BY_NAME, GROUPS

PLACES = ("run", "config")      # where a run and its file of options lay: both may be moved


class Section:
    """The options of one group as attributes, read-only: `config.training.lr_g`.

    Which there are follows from the rows of `config.options` and from what losses, couplings and
    extensions bring, so a checker of types lets every name pass.
    """

    def __init__(self, values: Mapping[str, Any]):
        vars(self).update(values)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no option {name!r} among {', '.join(vars(self))}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name} is read-only; take Config.with_options")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Section) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).items()))


@dataclass(frozen=True)
class Config:
    """The resolved options of a run, read-only. A function takes the sections that it uses.

    `explicit` holds the names that the user gave by flag or file rather than by a preset.
    """

    experiment: Section
    data: Section
    training: Section
    loss: Section
    nets: Section
    coupling: Section
    style: Section
    output: Section
    device: Section
    explicit: frozenset[str] = field(default=frozenset(), compare=False)

    @classmethod
    def of(cls, values: Mapping[str, Any], explicit: Collection[str] = ()) -> "Config":
        """The configuration of these options' values by name, defaults elsewhere; unchecked."""
        sections: dict[str, dict[str, Any]] = {group: {} for group in GROUPS}
        for option in BY_NAME.values():
            sections[option.group][option.name] = values.get(option.name, option.default)
        return cls(**{group: Section(section) for group, section in sections.items()},
                   explicit=frozenset(explicit))

    def values(self) -> dict[str, Any]:
        """Every option's name and value."""
        found: dict[str, Any] = {}
        for group in GROUPS:
            found |= vars(getattr(self, group))
        return {name: found[name] for name in BY_NAME}

    def stored(self) -> dict[str, Any]:
        """The values as kept in a run's config.json: all but its PLACES."""
        return {name: value for name, value in self.values().items() if name not in PLACES}

    def with_options(self, **changed: Any) -> "Config":
        """The same configuration but for the options `changed`; unchecked."""
        return Config.of(self.values() | changed, self.explicit)

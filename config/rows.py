"""How the rows of `config.options` are written, and those that registered things bring."""

from collections.abc import Iterable
from dataclasses import replace

from config.kinds import serves
from framework.options import MAX_COUNT, Option, Requirement, either, one_of, positive
from framework.registry import Registry

COMMON = {"common": True}       # the further field of what the short --help has
SEVERAL = {"several": True}     # of an option that may be several of its choices


def group(name: str, *rows: tuple) -> tuple[Option, ...]:
    """The options of the group `name` from rows of (name, type, default, help, {further fields},
    requirement, ...); the further fields may be missing."""
    return tuple(Option(*row[:4], group=name, **row[4], requires=row[5:])
                 if len(row) > 4 and isinstance(row[4], dict)
                 else Option(*row[:4], group=name, requires=row[4:]) for row in rows)


def one_of_names(*names: str) -> dict:
    """The further field of an option that is one of `names`."""
    return {"choices": names}


def from_to(low: float, high: float = MAX_COUNT) -> dict:
    """The further fields of a number in a range, both ends included."""
    return {"low": low, "high": high}


def brought_by(registry: Registry, option: str, *requires: Requirement,
               group: str) -> tuple[Option, ...]:
    """The options that the entries of `registry` bring; each belongs to those that name it.

    option: the one that chooses among the entries; with a "{}" the weight that turns each on.
    requires: what that option itself requires.
    """
    found: dict[str, Option] = {}
    owners: dict[str, list[str]] = {}
    for entry, options in registry.options.items():
        for each in options:
            found.setdefault(each.name, each)
            owners.setdefault(each.name, []).append(entry)
    return tuple(replace(each, group=group, requires=(
        *requires, *((serves(*each.serves),) if each.serves else ()), *each.requires,
        *_chooses(option, owners[name], name)))
        for name, each in found.items())


def of_kind(name: str, options: Iterable[Option]) -> Iterable[Option]:
    """The options that the kind of training `name` brings."""
    return (replace(each, requires=(one_of("gan_type", name), *each.requires))
            for each in options)


def _chooses(option: str, entries: list[str], name: str) -> tuple[Requirement, ...]:
    if "{}" not in option:
        return (one_of(option, *entries),)
    weights = [option.format(entry) for entry in entries]
    return () if name in weights else (either(*map(positive, weights)),)

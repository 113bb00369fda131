"""Presets: one TOML file per published experiment and per quick demonstration.

A preset is values of `config.options`, and four keys about itself: `description`, `source`
(where it was published), `reports` (what the document says came out) and `default_for` (the
`gan_type/dataset` pairs that pick it, `*` standing for any data set).
"""

import tomllib
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

from config.options import checked
from framework.errors import UserError, unknown
from framework.extensions import extension_files

FOLDER = Path(__file__).parent / "presets"


class Preset(NamedTuple):
    """A named set of options and what is known about it."""

    name: str
    values: dict
    description: str
    source: str = ""
    reports: dict | str = ""
    default_for: tuple = ()


@cache
def names() -> tuple[str, ...]:
    """The names of all presets, sorted."""
    return tuple(sorted(_files()))


@cache
def load_preset(name: str) -> Preset:
    """The preset called `name`. Raises UserError with the nearest valid name."""
    if name not in names():
        raise unknown("preset", name, names())
    return parse_preset(name, _files()[name].read_text(encoding="utf-8"))


def _files() -> dict[str, Path]:
    """The presets' files by name: ours, and those of extensions."""
    return {path.stem: path for path in (*FOLDER.glob("*.toml"), *extension_files(".toml"))}


def parse_preset(name: str, text: str) -> Preset:
    """The preset written as TOML in `text`. Raises UserError on a wrong key or value."""
    origin = f"preset {name}"
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{origin}: {error}") from None
    about = {key: values.pop(key) for key in Preset._fields[2:] if key in values}
    if "description" not in about:
        raise UserError(f"{origin}: has no description")
    about["default_for"] = tuple(about.get("default_for", ()))
    return Preset(name, checked(values, origin), **about)


def default_for(gan_type: str, dataset: str) -> str:
    """The preset that declares itself for the pair; of several the one that names the data
    set most closely. An empty string if there is none."""
    pair = f"{gan_type}/{dataset}"
    patterns = [(pattern, p.name) for p in map(load_preset, names()) for pattern in p.default_for
                if fnmatch(pair, pattern)]
    closest = max(patterns, key=lambda found: (found[0] == pair, len(found[0])), default=None)
    return closest[1] if closest else ""


def rows() -> list[tuple[str, str, str, str]]:
    """(name, description, what its document reports, pairs that pick it) of every preset."""
    return [(p.name, p.description, reported(p.reports), ", ".join(p.default_for))
            for p in map(load_preset, names())]


def reported(reports: dict | str) -> str:
    """What a document reports of a preset, in one line."""
    if isinstance(reports, str):
        return reports
    figures = ", ".join(f"{name} {value:.4f}" for name, value in reports.get("lpips", {}).items())
    return "; ".join(part for part in (figures and f"LPIPS {figures}", reports.get("text")) if part)

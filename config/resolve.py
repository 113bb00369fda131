"""From a command line to one resolved, checked, read-only configuration.

Precedence: option defaults < preset < configuration file < flags.
"""

import argparse
import json
import re
import tomllib
from dataclasses import field, make_dataclass
from pathlib import Path

from config import presets
from config.checks import check_together
from config.options import BY_NAME, GROUPS, OPTIONS, Option, checked
from framework.errors import UserError, unknown

__all__ = ["Config", "Option", "OPTIONS", "load_config", "parser", "resolve"]

DATASETS = {"gan": "glyph", "mmd_gan": "glyph", "gmmn": "glyph"}
SOME_PAIR = "glyph2street"
EXPERIMENT = {"gan_type", "dataset", "domains", "preset", "config"}


class _Config:
    """The resolved options as attributes, read-only.

    `explicit` holds the names that the user gave by flag or file rather than by a preset.
    """

    def as_dict(self) -> dict:
        """Every option's name and value, as kept in a run's config.json: all but where the
        run and its configuration file lay, which may be moved."""
        names = [name for name in BY_NAME if name not in ("run", "config")]
        return {name: getattr(self, name) for name in names}


Config = make_dataclass(
    "Config",
    [(o.name, o.type, field(default=o.default)) for o in OPTIONS]
    + [("explicit", frozenset, field(default=frozenset(), compare=False))],
    bases=(_Config,), frozen=True, kw_only=True)


class Parser(argparse.ArgumentParser):
    """argparse whose mistakes are UserErrors, with the nearest name for an unknown option."""

    def __init__(self, **settings):
        settings.setdefault("formatter_class", lambda prog: argparse.HelpFormatter(
            prog, max_help_position=34, width=96))
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message):
        raise UserError(message.removeprefix("argument ").removeprefix("--"))

    def parse_args(self, args=None, namespace=None):
        """As argparse, but an argument that means nothing names the nearest that does."""
        known, rest = self.parse_known_args(args, namespace)
        if not rest:
            return known
        if rest[0].startswith("-"):
            raise unknown("option", rest[0].partition("=")[0], self._option_string_actions)
        raise UserError(f"unexpected argument {rest[0]!r}; see --help")


class Switch(argparse.BooleanOptionalAction):
    """--name and --no-name, and for the latter also --no_name, spelled as all options are."""

    def __init__(self, option_strings, dest, **settings):
        super().__init__(option_strings, dest, **settings)
        self.option_strings.append(f"--no_{dest}")

    def __call__(self, parser, namespace, values, option_string=None):
        setattr(namespace, self.dest, option_string not in self.option_strings[1:])


def parser(**settings) -> Parser:
    """The command line of every option, grouped; a flag not given leaves no trace."""
    made = Parser(argument_default=argparse.SUPPRESS, **settings)
    for group, title in GROUPS.items():
        section = made.add_argument_group(group, title)
        for option in (o for o in OPTIONS if o.group == group):
            _add(section, option)
    return made


def _add(section, option: Option):
    text = option.help
    if option.choices is not None:
        text += f": {', '.join(option.choices)}"
    if option.default != "":
        default = str(option.default).lower() if option.type is bool else option.default
        text += f" (default: {default})"
    flag = f"--{option.name}"
    text = text.replace("%", "%%")
    if option.type is bool:
        section.add_argument(flag, action=Switch, help=text)
    else:
        metavar = {int: "N", float: "X", str: "NAME"}[option.type]
        section.add_argument(flag, metavar=metavar, help=text)


def resolve(argv: list[str]) -> Config:
    """The configuration that `argv` asks for.

    A command that names a run and no experiment (`--run runs/x --iterations 9000`) starts from
    what that run was made with. Raises UserError on anything unknown, out of range or
    contradictory; creates nothing.
    """
    flags = {name: value if isinstance(value, bool) else BY_NAME[name].parse(value)
             for name, value in vars(parser(prog="main.py").parse_args(argv)).items()}
    if "run" in flags and not EXPERIMENT & set(flags):
        return _continued(flags)
    given = {**read_file(flags.get("config", "")), **flags}
    return from_values(given)


def from_values(given: dict) -> Config:
    """The configuration in which the options `given` go over preset and defaults."""
    named = given.get("preset", "")
    chosen = named or presets.default_for(*_pair(given))
    base = {} if chosen in ("", "none") else dict(presets.load(chosen).values)
    if not named or {"dataset", "domains"} & set(given):
        base = {k: v for k, v in base.items() if k not in ("dataset", "domains")}
    values = base | given | {"preset": chosen}
    values["gan_type"], values["dataset"] = _pair(values)
    if not values.get("run"):
        values["run"] = _default_run(values, named)
    return _finished(values, given)


def read_file(path: str) -> dict:
    """The options in the TOML or JSON file at `path`. Raises UserError if it cannot be read,
    is neither, or holds anything unknown."""
    if not path:
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8")
        values = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
    except OSError as error:
        raise UserError(f"config {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise UserError(f"config {path}: {error}") from None
    if not isinstance(values, dict):
        raise UserError(f"config {path}: holds no options")
    return checked(values, f"config {path}")


def load_config(run: str | Path) -> Config:
    """The configuration that the run folder `run` was made with. Raises UserError if there is
    no run."""
    path = Path(run) / "config.json"
    if not path.is_file():
        raise UserError(f"there is no run at {run} (no config.json in it)")
    stored = read_file(str(path))
    return Config(**{**stored, "run": str(run)})


def _continued(flags: dict) -> Config:
    if not (Path(flags["run"]) / "config.json").is_file():
        raise UserError(f"there is no run at {flags['run']}; to start one there, say what: "
                        "--preset, or --gan_type and --dataset")
    return _finished({**load_config(flags["run"]).as_dict(), **flags}, flags)


def _pair(values: dict) -> tuple[str, str]:
    gan_type = values.get("gan_type", BY_NAME["gan_type"].default)
    if values.get("domains"):
        if values.get("dataset"):
            raise UserError("give a dataset or domains, not both: "
                            f"{values['dataset']!r} and {values['domains']!r}")
        return gan_type, ""
    return gan_type, values.get("dataset") or DATASETS.get(gan_type, SOME_PAIR)


def _default_run(values: dict, named: str) -> str:
    if named not in ("", "none"):
        return f"runs/{named}"
    data = values["dataset"] or values["domains"]
    return f"runs/{values['gan_type']}-{re.sub(r'[^A-Za-z0-9_]+', '-', data).strip('-')}"


def _finished(values: dict, given: dict) -> Config:
    config = Config(**values, explicit=frozenset(given))
    check_together(config)
    return config

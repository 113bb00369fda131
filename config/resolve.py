"""From a command line to one resolved, checked, read-only configuration.

Precedence: option defaults < preset < configuration file < flags.
"""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from config import presets
from config.applicable import check_applicable, meaningless
from config.checks import check_domains, check_together
from config.kinds import KINDS
from config.options import BY_NAME, GROUPS, OPTIONS, checked
from config.sections import Config
from data.names import domain_names
from framework import command_line
from framework.command_line import Parser
from framework.errors import UserError
from framework.options import Option

MAX_TOML = 2**14                # characters; Python reads a.a.a. ... in the square of its length
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")       # as Windows editors begin a file
MAX_NAMED = 5
EXPERIMENT = {"gan_type", "preset", "config"}
BESIDE = {"content", "environments"}            # what a run's config.json tells beside options


def training_parser(options: Iterable[Option] = OPTIONS, **settings: Any) -> Parser:
    """The command line of options of training, grouped; a flag not given leaves no trace."""
    return command_line.parser(options, GROUPS, **settings)


def resolve(argv: list[str]) -> Config:
    """The configuration that `argv` asks for.

    A command that names a run and no experiment (`--run runs/x --iterations 9000`) starts from
    what that run was made with; so does one that says where its data lie now. Raises UserError
    on anything unknown, out of range or contradictory; creates nothing.
    """
    return from_flags(command_line.parse(OPTIONS, argv, prog="main.py"))


def from_flags(flags: dict[str, Any]) -> Config:
    """As `resolve`, of flags that are parsed already: every option's value by name."""
    named_data = {"dataset", "domains"} & set(flags)
    if "run" in flags and not EXPERIMENT & set(flags) and not (
            named_data and not (Path(flags["run"]) / "config.json").is_file()):
        return _continued(flags)
    return from_values({**read_file(flags.get("config", "")), **flags}, flags=set(flags))


def from_values(given: dict[str, Any], flags: Collection[str] = ()) -> Config:
    """The configuration in which the options `given` go over preset and defaults.

    flags: those of them that were given on the command line, which must all mean something; of
    the others those that differ from their defaults. A value of the preset that the options
    given leave without a meaning is dropped, with a line.
    """
    named = given.get("preset", "")
    chosen = named or presets.default_for(*_pair(given))
    base = {} if chosen in ("", "none") else dict(presets.load_preset(chosen).values)
    if not named or {"dataset", "domains"} & set(given):
        base = {k: v for k, v in base.items() if k not in ("dataset", "domains")}
    values = base | given | {"preset": chosen}
    values["gan_type"], values["dataset"] = _pair(values)
    if not values.get("run"):
        values["run"] = _default_run(values, named)
    values = _complete(values)
    dropped = meaningless(values, set(values) - set(given))
    config = _finished(values | {name: BY_NAME[name].default for name in dropped}, given, flags)
    if dropped:
        print(f"preset {chosen}: {', '.join(dropped)} left out, without a meaning here")
    return config


def read_file(path: str) -> dict:
    """The options in the TOML or JSON file at `path`. Raises UserError if it cannot be read,
    is neither, or holds anything unknown."""
    if not path:
        return {}
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-16" if data.startswith(UTF16_MARKS) else "utf-8-sig")
        values = json.loads(text) if path.endswith(".json") else _parse_toml(text)
    except OSError as error:
        raise UserError(f"config {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise UserError(f"config {path}: {str(error)[:150]}") from None
    except RecursionError:
        raise UserError(f"config {path}: it is nested too deeply") from None
    if not isinstance(values, dict):
        raise UserError(f"config {path}: holds no options")
    return checked({name: value for name, value in values.items() if name not in BESIDE},
                   f"config {path}")


def read_beside(run: str | Path) -> dict[str, Any]:
    """What the config.json of the run folder `run` tells beside options: `content` and
    `environments`; nothing of what is missing, or of another shape."""
    try:
        values = json.loads((Path(run) / "config.json").read_text(encoding="utf-8"))
        content, environments = values["content"], values["environments"]
        whole = (isinstance(content, dict) and isinstance(environments, list)
                 and all(isinstance(each, dict) for each in environments))
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {"content": content, "environments": environments} if whole else {}


def _parse_toml(text: str) -> dict:
    if len(text) > MAX_TOML:
        raise ValueError(f"{len(text)} characters are more than options fill, at most {MAX_TOML}")
    return tomllib.loads(text)


def load_config(run: str | Path) -> Config:
    """The configuration that the run folder `run` was made with. Raises UserError if there is
    no run."""
    path = Path(run) / "config.json"
    if not path.is_file():
        raise UserError(f"there is no run at {run} ({_instead_of_a_run(Path(run))})")
    try:
        stored = read_file(str(path))
    except UserError as error:
        raise UserError(f"{error}; so {run} is no run, or is damaged") from None
    if "gan_type" not in stored or not (stored.get("dataset") or stored.get("domains")):
        raise UserError(f"config {path}: names no gan_type and no data; so {run} is no run, or is "
                        "damaged")
    return Config.of({**stored, "run": str(run)})


def _instead_of_a_run(place: Path) -> str:
    """What is at `place`, where no run is."""
    if not place.is_dir():
        return "it is a file; a run is a folder" if place.exists() else "no config.json in it"
    inside = sorted(each.parent.name for each in islice(place.glob("*/config.json"), MAX_NAMED))
    return f"runs in it: {', '.join(inside)}" if inside else "no config.json in it"


def _continued(flags: dict) -> Config:
    if not (Path(flags["run"]) / "config.json").is_file():
        raise UserError(f"there is no run at {flags['run']}; to start one there, say what: "
                        "--preset, or --gan_type and --dataset")
    stored = load_config(flags["run"]).stored()
    if {"dataset", "domains"} & set(flags):         # one takes the place of the other
        stored |= {"dataset": "", "domains": ""}
    values = {**stored, **flags}
    run_domains(values, named={"dataset", "domains", "data_dir"} & set(flags))
    return _finished(values, flags, set(flags))


def run_domains(values: Mapping[str, Any], named: Collection[str] = ()) -> tuple[str, ...]:
    """The names of the domains of a run's options. Where they are not found, the UserError says
    how to name the place that they moved to, unless it was `named` just now."""
    try:
        return domain_names(values["dataset"], values["domains"], values["data_dir"])
    except UserError as error:
        if named:
            raise
        raise UserError(f"{error}; where the data moved, say so once: main.py --run RUN --dataset "
                        "folder:PATH, or --data_dir PATH") from None


def _pair(values: dict) -> tuple[str, str]:
    gan_type = values.get("gan_type", BY_NAME["gan_type"].default)
    if values.get("domains"):
        if values.get("dataset"):
            raise UserError("give a dataset or domains, not both: "
                            f"{values['dataset']!r} and {values['domains']!r}")
        return gan_type, ""
    return gan_type, values.get("dataset") or KINDS.find(gan_type).dataset


def _default_run(values: dict, named: str) -> str:
    if named not in ("", "none"):
        return f"runs/{named}"
    data = values["dataset"] or values["domains"]
    return f"runs/{values['gan_type']}-{re.sub(r'[^A-Za-z0-9_]+', '-', data).strip('-')}"


def _complete(values: dict[str, Any]) -> dict[str, Any]:
    own = KINDS.find(values["gan_type"]).defaults
    return {option.name: option.default for option in OPTIONS} | own | values


def _finished(values: dict[str, Any], given: Mapping[str, Any],
              flags: Collection[str]) -> Config:
    values = _complete(values)
    names = domain_names(values["dataset"], values["domains"], values["data_dir"])
    check_domains(values["gan_type"], names)
    check_applicable(values, given, flags)
    config = Config.of(values, explicit=given)
    check_together(config, names)
    return config

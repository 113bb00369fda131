"""Whether the program knows a command that a page names; nothing is trained or drawn."""

import importlib.util
import os
import re
import shlex
from pathlib import Path

from benchmarks import speed
from commands.pages import page
from commands.registry import COMMANDS
from config import presets
from config.resolve import from_flags
from figures.catalogue import FIGURES
from framework import command_line
from metrics import choice
from reproduce.tables import TABLES
from tests.docs.pages import ROOT
from tests.docs.world import WORDS

TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)


def understood(line: str) -> None:
    """Raises UserError or AssertionError for a command that is unknown, wholly or in part."""
    words = [WORDS.get(word, word) for word in shlex.split(line) if word != "..."]
    while re.match(r"[A-Z_]+=", words[0]):          # SCOGAN_CACHE=...
        words = words[1:]
    if words[:2] == ["python", "main.py"]:
        _of_the_program(words[2:])
    elif words[:2] == ["python", "-m"]:
        _of_a_module(words[2], words[3:])
    else:
        assert words[0] == "make" and words[1] in TARGETS, line


def options() -> set[str]:
    """The names of the options of all commands, `no_NAME` of those that are yes or no too."""
    rows = [row for name in COMMANDS for row in COMMANDS.options[name]]
    return {row.name for row in rows} | {f"no_{row.name}" for row in rows if row.type is bool}


def _of_the_program(words: list[str]) -> None:
    if page(words) is not None:
        return
    named = not words[0].startswith("-")
    name = command_line.spelled(words[0], COMMANDS) if named else "train"
    COMMANDS.find(name)
    given = command_line.parse(COMMANDS.options[name], words[named:])
    CHECKS.get(name, lambda **given: None)(**given)


def _train(dry_run=False, **given):
    from_flags(given)


def _explain(what="", markdown="", **given):
    if not os.path.isdir(what):
        from_flags({**given, **({"preset": what} if what else {})})
    presets.names()


def _evaluate(metrics="", folders=None, **given):
    choice.parse_names(metrics, choice.FOLDER_METRICS if folders else choice.METRICS)


CHECKS = {
    "train": _train, "explain": _explain, "evaluate": _evaluate,
    "reproduce": lambda name="all", **given: name == "all" or TABLES.find(name),
    "figures": lambda name="all", **given: name == "all" or FIGURES.find(name)}


def _of_a_module(name: str, words: list[str]) -> None:
    if name == "benchmarks.speed":
        speed.parsed(words)
        return
    spec = importlib.util.find_spec(name)
    assert spec and spec.origin, name
    source = Path(spec.origin).read_text(encoding="utf-8")
    for word in words:
        known = f'"{word}"' in source or word[2:] in options()
        assert known or not word.startswith("--"), f"{name} {word}"

"""`make torture` in short, and what it covers."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from config.kinds import KINDS
from tests.torture import kinds

ROOT = Path(__file__).parents[2]


def torture(*words):
    return subprocess.run([sys.executable, "-m", "tests.torture", *words], cwd=ROOT, timeout=600,
                          capture_output=True, text=True)


def test_every_kind_of_training_is_tortured():
    said = [shlex.split(words) for words in kinds.KINDS.values()]
    assert {words[words.index("--gan_type") + 1] for words in said} == set(KINDS)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="trains in forks")
def test_a_handful_of_faults(tmp_path):
    ended = torture("--faults", "5", "--kinds", "gan", "--seed", "3", "--jobs", "1", "--exact",
                    "--folder", str(tmp_path))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    last = ended.stdout.splitlines()[-1]
    assert ", 0 failures," in last and int(last.split()[0]) >= 5, ended.stdout


def test_an_unknown_kind_is_named():
    assert "unknown: gna" in torture("--kinds", "gna").stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="trains in forks")
def test_resumed_twenty_times_under_load():
    ended = subprocess.run([sys.executable, "-m", "tests.torture.resume", "--times", "20"],
                           cwd=ROOT, timeout=7200, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 of 20 trainings in halves differ" in ended.stdout

"""A signal at any moment, and standard streams of every kind: one line and the right status."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MAIN = Path(__file__).parents[1] / "main.py"
LINE = "stopped; what is written so far is whole\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("seconds", [0.3, 1.5])
@pytest.mark.parametrize("ignored", [False, True], ids=["", "in the background"])
def test_a_signal_before_training(tmp_path, number, seconds, ignored):
    """A shell starts what runs in the background with SIGINT ignored."""
    process = subprocess.Popen(
        [sys.executable, str(MAIN), "--preset", "demo", "--run", str(tmp_path / "run")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignored else None)
    time.sleep(seconds)
    process.send_signal(number)
    process.send_signal(number)                  # as a terminal and a parent may both do
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (128 + number, LINE)
    assert not (tmp_path / "run").exists()


def call(command):
    return subprocess.run(["sh", "-c", command.replace("MAIN", f"{sys.executable} {MAIN}")],
                          capture_output=True, timeout=60)


@pytest.mark.parametrize("words", ["presets", "--help", "sample --help", "datasets"])
def test_standard_output_that_is_full(words):
    found = call(f"MAIN {words} > /dev/full")
    assert found.returncode == 2 and found.stderr == (
        b"scogan: error: cannot write to standard output: No space left on device\n")


@pytest.mark.parametrize("words, status", [
    ("presets >&-", 0), ("presets <&- >&- 2>&-", 0), ("nonsense 2>&-", 2), ("--help >&-", 0)])
def test_streams_that_are_closed(words, status):
    found = call(f"MAIN {words}")
    assert (found.returncode, found.stderr) == (status, b"")


def test_a_name_of_other_bytes_is_escaped(tmp_path):
    place = os.fsencode(tmp_path) + b"/\xff\n\x1b[31m"
    found = subprocess.run([sys.executable, MAIN, "sample", place], capture_output=True,
                           timeout=60)
    assert found.returncode == 2 and found.stdout == b""
    assert found.stderr.count(b"\n") == 1 and b"\x1b" not in found.stderr
    assert b"\\udcff" in found.stderr

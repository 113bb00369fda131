"""main.py as a person meets it: a process, its exit status and what it leaves behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = Path(__file__).parents[1] / "main.py"
LOADED = """
import runpy, sys
sys.argv[0] = {main!r}
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as end:
    status = end.code or 0
heavy = {{"tensorflow", "keras", "matplotlib", "tensorflow_datasets"}}
print("loaded:", sorted(heavy & {{name.partition(".")[0] for name in sys.modules}}))
sys.exit(status)
"""


def call(*argv, cwd):
    """Runs main.py and prints at the end which of the slow packages were imported."""
    code = LOADED.format(main=str(MAIN))
    path = {**os.environ, "PYTHONPATH": str(MAIN.parent)}
    return subprocess.run([sys.executable, "-c", code, *argv], cwd=cwd, env=path, text=True,
                          capture_output=True, timeout=300)        # a hang, on any clock


@pytest.mark.parametrize("argv, message", [
    (["--iterationz", "5"], "did you mean '--iterations'"),
    (["--gan_type", "cogn"], "did you mean 'cogan'"),
    (["--dataset", "glyph2stret"], "did you mean 'glyph2street'"),
    (["--preset", "demoo"], "did you mean 'demo'"),
    (["--batch_size", "0"], "batch_size must be from 1"),
    (["--batch_size", "many"], "batch_size must be a whole number"),
    (["--lr_g", "-1"], "lr_g must be from"),
    (["--seed"], "seed: expected one argument"),
    (["--config", "none.toml"], "none.toml: No such file"),
    (["--config", "wrong.toml"], "wrong.toml: unknown option 'sed'; did you mean 'seed'"),
    (["--gan_type", "gan", "--dataset", "glyph2edge"], "a gan has one domain"),
    (["--run", "none"], "no run at none"),
    (["--preset", "demo", "--run", "mine"], "not empty and is no run"),
    (["--preset", "demo", "--clip", "1"], "clip belongs to"),
    (["trian"], "did you mean 'train'"),
    (["sample", "mine"], "no run at mine"),
    (["evaluate", "mine", "--metrics", "fidd"], "did you mean 'fid'"),
    (["evaluate", "mine"], "no run at mine"),
    (["reproduce", "5.5"], "unknown table '5.5'"),
    (["--monitor", "kit"], "did you mean 'kid'"),
])
def test_a_mistake_is_one_line_and_leaves_nothing(tmp_path, argv, message):
    (tmp_path / "wrong.toml").write_text("sed = 1\n")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    found = call(*argv, cwd=tmp_path)
    assert found.returncode == 2
    assert found.stdout == "loaded: []\n"
    assert found.stderr.startswith("scogan: error: ") and message in found.stderr
    assert found.stderr.count("\n") == 1
    assert sorted(os.listdir(tmp_path)) == ["mine", "wrong.toml"]
    assert os.listdir(tmp_path / "mine") == ["thesis.txt"]


@pytest.mark.parametrize("argv, expected", [
    (["--help"], "--feature_weight"), (["presets"], "demo"), (["datasets"], "glyph"),
    (["--help", "all", "--preset", "demo"], "--feature_rows"), (["--version"], "tensorflow 2."),
    (["completion", "fish"], "-l feature_rows"),
    (["sample", "--help"], "--count"), (["evaluate", "--help"], "--lpips_net"),
    (["reproduce"], "SLFR")])
def test_what_answers_at_once(tmp_path, argv, expected):
    found = call(*argv, cwd=tmp_path)
    assert found.returncode == 0 and found.stderr == ""
    assert expected in found.stdout and found.stdout.endswith("loaded: []\n")
    assert os.listdir(tmp_path) == []


def test_the_reader_of_a_list_may_leave(tmp_path):
    with subprocess.Popen([sys.executable, str(MAIN), "--help"], cwd=tmp_path,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()

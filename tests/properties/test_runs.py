"""Any state of a run's folder: files missing, garbage, folders for files. It is read, mended, or
refused in one line."""

import json
import shutil
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.dispatch import main
from tests.properties.guard import run
from tests.properties.strategies import fewer, mutated
from tests.properties.test_command_lines import json_values

TRAINING = ["--gan_type", "gan", "--dataset", "ring", "--preset", "none", "--width", "0.02",
            "--latent_dim", "2", "--batch_size", "4", "--limit_data", "20", "--iterations", "3",
            "--checkpoint_every", "1", "--log_every", "1", "--compile", "none",
            "--no_tensorboard"]
COMMANDS = [["train", "--run"], ["train", *TRAINING, "--run"], ["sample", "--count", "2"],
            ["walk", "--rows", "1", "--columns", "2"], ["evaluate", "--samples", "50"]]
numbers = count()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of three iterations; all that an example damages is a copy."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert main([*TRAINING, "--run", str(folder)]) == 0
    assert main(["sample", str(folder), "--count", "2"]) == 0       # fonts are looked for once
    return folder


def spoil(data, path: Path) -> None:
    """One thing that may befall a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
        if data.draw(st.booleans()):
            path.write_bytes(data.draw(st.binary(max_size=20)))
        return
    original = path.read_bytes()
    path.unlink()
    match data.draw(st.integers(0, 5)):
        case 0:
            path.mkdir()
        case 1:
            path.write_bytes(b"")
        case 2:
            path.write_bytes(data.draw(st.binary(max_size=60)))
        case 3:
            path.symlink_to(path.name)
        case 4:
            path.write_bytes(data.draw(mutated([original or b"\n"])))


@fewer(2)
@given(st.data())
def test_any_state_of_a_folder(at_home, whole, data):
    folder = at_home / f"run{next(numbers)}"
    shutil.copytree(whole, folder)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    important = [name for name in names if "/" not in name or name.startswith("checkpoints")]
    for name in data.draw(st.lists(st.sampled_from(important + names), min_size=1, max_size=3)):
        if (folder / name).exists():
            spoil(data, folder / name)
    run([*data.draw(st.sampled_from(COMMANDS)), str(folder)], at_home)
    shutil.rmtree(folder)


@fewer(2)
@given(st.data())
def test_any_values_in_its_files(at_home, whole, data):
    folder = at_home / f"run{next(numbers)}"
    shutil.copytree(whole, folder)
    path = folder / data.draw(st.sampled_from(["config.json", "domains.json"]))
    held = json.loads(path.read_text())
    place = held if isinstance(held, dict) else held[0]
    for name in data.draw(st.lists(st.sampled_from(sorted(place)), min_size=1, max_size=2)):
        place[name] = data.draw(json_values())
    path.write_text(json.dumps(held))
    run([*data.draw(st.sampled_from(COMMANDS)), str(folder)], at_home)
    shutil.rmtree(folder)


ROWS = "iteration,d/ring,g/ring\n0,1.4,0.69\n1,1.4,0.69\n2,1.4,0.69\n"


LINES = ["iteration,d/ring,g/ring", "0,1,2", "1,2", "2,nan,inf", "2.5,1,2", "x,1,2", '"', "",
         "9" * 5000, "1e400,1,1", ",", "-1,0,0", "\0"]


@fewer(2)
@given(st.one_of(mutated([ROWS.encode()]), st.lists(st.sampled_from(LINES), max_size=5).map(
    lambda lines: "\n".join(lines).encode())))
def test_any_losses(at_home, whole, losses):
    folder = at_home / f"run{next(numbers)}"
    shutil.copytree(whole, folder)
    (folder / "losses.csv").write_bytes(losses)
    run(["train", "--run", str(folder)], at_home)
    shutil.rmtree(folder)

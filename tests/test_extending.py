"""docs/extending.md tells the truth: its seven examples, from outside, in a temporary folder."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = dict(re.findall(r"`(\w+\.(?:py|toml))`:\n\n```\w+\n(.*?)```",
                           (ROOT / "docs/extending.md").read_text(), re.DOTALL))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("extensions")
    for name, text in EXAMPLES.items():
        (folder / name).write_text(text)
    return folder


def python(place, *words, extensions=True):
    """What `python WORDS` says, with its exit status, in a process of its own."""
    env = {**os.environ, "SCOGAN_EXTENSIONS": str(place) if extensions else "",
           "SCOGAN_CACHE": str(place / "cache")}
    return subprocess.run([sys.executable, *words], env=env, cwd=place, capture_output=True,
                          text=True, timeout=300)


def main(place, *words, extensions=True):
    """The same of `python main.py WORDS`."""
    return python(place, str(ROOT / "main.py"), *words, extensions=extensions)


def done(result):
    assert result.returncode == 0, result.stderr
    return result.stdout


IN_TURN = """
import sys
sys.path[0] = sys.argv[1]
from commands.dispatch import main
for line in sys.argv[2:]:
    assert main(line.split()) == 0
    print(end="\\f")
"""


@pytest.fixture(scope="module")
def said(place):
    """What two trainings and a command between them say, in one process, which imports TensorFlow
    once."""
    lines = ("--preset tiny --dataset stripes2glyph --run pair --limit_data 20 --loss logcosh "
             "--sharpness 2 --colour_weight 3 --colour_power 1", "palette pair --count 2",
             "--gan_type autoencoder --run code --code_size 3 --batch_size 4 --limit_data 20 "
             "--iterations 2 --lr 1e-3")
    return done(python(place, "-c", IN_TURN, str(ROOT), *lines)).split("\f")


def test_the_page_shows_seven_additions():
    assert list(EXAMPLES) == ["logcosh.py", "colour.py", "stripes.py", "small.py", "tiny.toml",
                              "palette.py", "autoencoder.py"]


def test_each_is_in_the_help_and_the_lists(place):
    page = " ".join(done(main(place, "--help", "all")).split())
    for word in ("logcosh", "--sharpness", "--colour_weight", "--colour_power", "autoencoder",
                 "--code_size", "small"):
        assert word in page
    assert re.search(r"^stripes +400 ", done(main(place, "datasets")), re.M)
    assert re.search(r"^tiny +a CoGAN of small nets", done(main(place, "presets")), re.M)
    assert "mean colour" in done(main(place, "palette", "--help"))
    without = main(place, "--help", "all", extensions=False).stdout
    assert "logcosh" not in without and "--colour_weight" not in without
    assert re.search(r"^  palette  ", done(main(place, "--help")), re.M)
    of_kind = done(main(place, "--help", "all", "--gan-type", "autoencoder"))
    assert "--code_size N" in of_kind and "--colour_weight" not in of_kind


def test_preset_loss_coupling_data_and_net_train_together(place, said):
    assert "2 iterations" in said[0]
    columns = (place / "pair/losses.csv").read_text().splitlines()
    assert {"colour", "weighted/colour", "g/stripes"} <= set(columns[0].split(","))
    kept = json.loads((place / "pair/config.json").read_text())
    assert (kept["loss"], kept["sharpness"], kept["colour_power"]) == ("logcosh", 2.0, 1)
    assert (kept["preset"], kept["generator"], kept["latent_dim"]) == ("tiny", "small", 8)
    assert len(columns) == 3
    assert [line.split()[0] for line in said[1].splitlines()] == ["stripes", "glyph"]


def test_the_kind_of_training_trains(place, said):
    assert len(said) == 4
    assert (place / "code/models/autoencoder.keras").is_file()
    assert (place / "code/samples/000002.png").stat().st_size > 200


@pytest.mark.parametrize("words, message", [
    (["--loss", "hinge", "--sharpness", "2"], "sharpness belongs to --loss logcosh; here loss is"),
    (["--gan_type", "gan", "--colour_weight", "2"], "colour_weight belongs to --gan_type cogan,"),
    (["--colour_power", "3"], "colour_power belongs to a positive --colour_weight"),
    (["--code_size", "3"], "code_size belongs to --gan_type autoencoder; here gan_type is"),
    (["--gan_type", "autoencoder", "--loss", "hinge"], "loss belongs to --gan_type gan,"),
])
def test_what_they_bring_is_refused_elsewhere(place, words, message):
    result = main(place, *words)
    assert result.returncode == 2 and result.stdout == ""
    assert message in result.stderr and result.stderr.count("\n") == 1


def test_a_broken_extension_is_one_line(tmp_path):
    (tmp_path / "broken.py").write_text("import losses.no_such_module\n")
    result = main(tmp_path, "presets")
    assert result.returncode == 2 and result.stderr.count("\n") == 1
    assert "broken.py: ModuleNotFoundError" in result.stderr

"""The command: a PNG and a CSV per figure."""

import csv
import subprocess
import sys
from importlib import import_module

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from figures import draw
from figures.catalogue import FIGURES, OF_FOLDERS, Figure, stack_parts
from framework.errors import UserError

PICTURE = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)


def test_a_figure_is_written_with_its_numbers(tmp_path):
    figure = Figure(PICTURE, {"part": np.array(["a", "b"]), "x": np.array([1.5, 1 / 3])})
    draw.save(tmp_path / "new", "some", figure)
    with open(tmp_path / "new" / "some.csv", newline="") as file:
        assert list(csv.reader(file)) == [["part", "x"], ["a", "1.5"], ["b", "0.3333333"]]
    read = cv2.imread(str(tmp_path / "new" / "some.png"))[..., ::-1]
    np.testing.assert_array_equal(read, PICTURE)


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write to"):
        draw.save(tmp_path / "file", "some", Figure(PICTURE, {"x": np.ones(1)}))


def test_every_name_has_its_module_and_only_some_train():
    modules = {name: import_module(f"figures.{name.replace('-', '_')}") for name in FIGURES}
    trains = {name for name, module in modules.items()
              if "iterations" in module.draw.__code__.co_varnames[:1]}
    assert trains == {"symmetry", "ipm", "contours", "modes", "rbm", "swap-starts",
                      "wasserstein-estimate", "weights"}
    assert all(FIGURES.values())


@pytest.mark.parametrize("name", ["kl", "dirac-distances", "dirac-fields"])
def test_main(tmp_path, capsys, name):
    draw.main(name, iterations=3, output=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.png", f"{name}.csv"}
    assert f"{name}.png" in capsys.readouterr().out
    assert cv2.imread(str(tmp_path / f"{name}.png")).std() > 10


def test_all_are_drawn(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(draw, "import_module", lambda module: type("Module", (), {
        "draw": staticmethod(lambda: asked.append(module) or Figure(PICTURE, {"x": [1.0]}))}))
    draw.main("all", output=tmp_path)
    drawn = [name for name in FIGURES if name not in OF_FOLDERS]
    assert asked == [f"figures.{name.replace('-', '_')}" for name in drawn]
    assert len(list(tmp_path.iterdir())) == 2 * len(drawn)


def test_stacked_tables():
    found = stack_parts({"a": {"x": np.array([1, 2])}, "b": {"x": np.array([3])}})
    assert list(found["part"]) == ["a", "a", "b"]
    np.testing.assert_array_equal(found["x"], [1, 2, 3])


def test_names_are_known_without_tensorflow():
    code = ("import sys, figures.catalogue, figures.dirac; "
            "sys.exit(bool({'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_folder_that_cannot_be_had_is_found_out_before_drawing(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot write to .*: Not a directory"):
        draw.main("kl", output=str(tmp_path / "file" / "figures"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("words, message", [
    (["kl", "--full"], "the figure kl takes no --full"),
    (["kl", "--gibbs_steps", "2"], "the figure kl takes no --gibbs_steps"),
    (["weights", "--data_dir", "D"], "data_dir belongs to --full")])
def test_settings_that_a_figure_does_not_have(tmp_path, capsys, words, message):
    assert main(["figures", *words, "--output", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err and not any(tmp_path.iterdir())

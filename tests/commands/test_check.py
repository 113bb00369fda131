"""`check` from the command line: what it prints, where it ends and what it leaves."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from commands.dispatch import main
from config.resolve import resolve
from data import glyph
from trainers import dry_run


def fill(folder, count, seed=0, size=(80, 70)):
    folder.mkdir()
    rng = np.random.default_rng(seed)
    for i in range(count):
        coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3)).astype(np.uint8))
        coarse.resize(size, Image.Resampling.BICUBIC).save(folder / f"{i:02d}.png")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "cats", 12)
    fill(tmp_path / "犬 Ω", 5, seed=1)
    return tmp_path


def row(text, name):
    return re.search(rf"^{name}  +(.*)$", text, re.M)[1].split("  ")


def test_two_folders(home, capsys):
    (home / "犬 Ω" / "broken.png").write_bytes((home / "cats/00.png").read_bytes()[:99])
    (home / "犬 Ω" / "cat.png").write_bytes((home / "cats/00.png").read_bytes())
    before = sorted(home.rglob("*"))
    assert main(["check", "cats", "犬 Ω"]) == 0
    out = capsys.readouterr().out
    assert [cell.strip() for cell in row(out, "images") if cell] == ["11", "7"]
    assert [cell.strip() for cell in row(out, "median size") if cell] == ["80 x 70", "80 x 70"]
    assert "broken.png is broken: its end is missing" in out
    assert "犬 Ω and cats, the same: cat.png = 00.png" in out
    assert "cats: 11 images are few" in out and "1 of 7 images cannot be read" in out
    line, = re.findall(r"^  python main.py (--gan_type .*)$", out, re.M)
    config = resolve(shlex.split(line))
    assert config.data.dataset == "folder:cats,犬 Ω" and config.experiment.gan_type == "scogan"
    assert config.experiment.preset == "own-scogan" and config.loss.augment == "color,translation"
    assert sorted(home.rglob("*")) == before


def test_the_sheet_shows_every_domain_as_it_is_cropped(home, capsys):
    assert main(["check", "cats", "犬 Ω", "--output", "sheets"]) == 0
    assert "check-cats-犬-Ω.png: up to 40 images" in capsys.readouterr().out
    path, = (home / "sheets").iterdir()
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), 1)
    height, width = picture.shape[:2]
    assert height == 3 * 64 + 2 and 10 * 64 < width < 13 * 64
    tile = picture[:64, width - 640:width - 576, ::-1]
    first = np.asarray(Image.open(home / "cats/00.png").crop((5, 0, 75, 70)).resize(
        (64, 64), Image.Resampling.BOX))
    assert np.abs(tile.astype(int) - first).mean() < 4
    assert (picture[-64:, -64:] == 128).all()                   # the second domain has five


def test_drawn_digits(monkeypatch, capsys):
    monkeypatch.setattr(glyph, "COUNTS", {"train": 500, "test": 500})
    assert main(["check", "glyph2street", "--limit", "100"]) == 0
    out = capsys.readouterr().out
    assert "glyph: 100 of 250 images were looked at" in out
    assert "--gan_type scogan --dataset glyph2street\n  preset demo:" in out
    assert "\n  2800 iterations, after 1800 of a parent; --time measures how long" in out
    assert "sooner done" not in out


def test_small_images_get_a_size_that_fits(home, capsys):
    fill(home / "small", 3, size=(40, 50))
    main(["check", "small"])
    assert "--dataset folder:small --image_size 32 --augment" in capsys.readouterr().out
    main(["check", "small", "--image_size", "100"])
    out = capsys.readouterr().out
    assert "--image_size 100" in out and "--image_size may be 28, 32, 64, 128, 160, 256" in out


@pytest.mark.parametrize("argv, message", [
    (["none"], "unknown data set 'none'"), (["./none"], "there is no folder none"),
    (["empty"], "no images in empty"), (["text.txt"], "text.txt is not a folder"),
    (["broken"], "no image of broken can be read"), (["ring"], "ring holds 2-D points"),
    ([], "required: DATA"), (["cats", "--limit", "0"], "limit must be from 1"),
    (["cats", "--output", "text.txt"], "cannot write to text.txt")])
def test_no_data_is_one_line_and_status_2(home, capsys, argv, message):
    (home / "empty").mkdir()
    (home / "broken").mkdir()
    (home / "broken" / "a.png").write_bytes(b"no image")
    (home / "text.txt").write_text("")
    assert main(["check", *argv]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1


def test_it_needs_no_tensorflow(home):
    code = ("import sys; from commands.dispatch import main\n"
            "assert main(['check', 'cats', '--output', 'out']) == 0\n"
            "assert not {'tensorflow', 'keras'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=home,
                   env={"PYTHONPATH": str(Path(__file__).parents[2])})


def test_the_time_that_the_suggested_training_takes_is_measured(home, monkeypatch, capsys):
    asked = []

    def estimate(config, domains):
        asked.append((config, [len(d) for d in domains]))
        return dry_run.Estimate(5.0, 0.5, 605.0)
    monkeypatch.setattr(dry_run, "estimate", estimate)
    before = sorted(home.rglob("*"))
    assert main(["check", "cats", "--image_size", "64", "--time"]) == 0
    out = capsys.readouterr().out
    (config, counts), *_ = asked
    assert config.experiment.gan_type == "gan" and counts == [11]
    assert config.data.dataset == "folder:cats" and config.data.image_size == 64
    assert (f"measured here: 0.500 s an iteration, {config.training.iterations} of them about "
            "10 min\n") in out and "--time" not in out
    assert sorted(home.rglob("*")) == before

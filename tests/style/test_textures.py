"""texture through the command line."""

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from style.images import read_uint8

FAST = ["--weights", "random", "--layers", "block1_conv1", "--iterations", "2", "--size", "12"]


@pytest.fixture(autouse=True)
def style(tmp_path, monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (16, 20, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "s.png"), noise)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one(style, capsys):
    assert main(["texture", "s.png", *FAST, "--output", "o.png", "--compare", "c.png", "--curve",
                 "l.csv"]) == 0
    assert read_uint8("o.png").shape == (12, 12, 3) and read_uint8("c.png").shape[1] == 2 * 256 + 6
    assert (style / "l.csv").read_text().count("\n") == 3 and capsys.readouterr().out == "o.png\n"


def test_a_sheet_of_kernels_and_nets():
    assert main(["texture", "s.png", *FAST, "--kernel", "linear,rks", "--net", "vgg16,vgg19",
                 "--style_size", "0", "--output", "o.png"]) == 0
    assert read_uint8("o.png").shape == (3 * 12 + 2 * 6, 2 * 12 + 6, 3)


def test_by_pixels_with_its_page(style, capsys):
    assert main(["texture", "s.png", "--method", "pixels", "--size", "9", "--window", "5",
                 "--style_size", "0", "--output", "o.png", "--compare", "c.png"]) == 0
    drawn, sample = read_uint8("o.png"), read_uint8("s.png")
    assert drawn.shape == (9, 9, 3) and capsys.readouterr().out == "o.png\n"
    assert set(map(tuple, drawn.reshape(-1, 3))) <= set(map(tuple, sample.reshape(-1, 3)))
    page = (style / "o.html").read_text(encoding="utf-8")
    assert "Efros and Leung" in page and ">window<" in page and ">kernel<" not in page
    assert "texture s.png --output o.png --method pixels" in page


@pytest.mark.parametrize("words, message", [
    ("s.png --output o.png --method pixels --window 4", "window must be odd"),
    ("s.png --output o.png --method pixels --window 17 --style_size 0", "smaller than the window"),
    ("s.png --output o.png --method pixels --kernel linear", "kernel belongs to --method mmd"),
    ("s.png --output o.png --method pixels --curve c.csv", "curve belongs to --method mmd"),
    ("s.png --output o.png --window 9", "window belongs to --method pixels; here method is mmd"),
    ("none.png --output o.png", "cannot read the image none.png"),
    ("s.png --output o.txt", "a picture is written as"),
    ("s.png --output o.png --kernel poly", "did you mean 'poly2'"),
    ("s.png --output o.png --net vgg11", "unknown net 'vgg11'"),
    ("s.png --output o.png --size 0", "size must be from 1"),
    ("s.png --output o.png --optimizer sgd", "unknown optimizer 'sgd'"),
    ("s.png --output o.png --kernel gaussian --optimizer lbfgs", "use --optimizer adam"),
    ("s.png --output o.png --kernel all --compare c.png", "of one kernel and one net"),
    ("s.png --output o.png --curve c.txt", "a curve is a .png or a .csv"),
    ("s.png --output o.png --layers block6_conv1", "unknown layer of vgg19"),
])
def test_mistakes_are_one_line_and_leave_nothing(style, capsys, words, message):
    fast = [] if "pixels" in words else [*FAST[:2], *([] if "layers" in words else FAST[2:4])]
    assert main(["texture", *words.split(), *fast]) == 2
    err = capsys.readouterr().err
    assert err.startswith("scogan: error: ") and err.count("\n") == 1 and message in err
    assert [p.name for p in style.iterdir()] == ["s.png"]

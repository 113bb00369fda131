"""The sheet of photographs by paintings through the command line, and its places."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from figures.style_results import Picture
from figures.style_sheet import GAP, STRIP, TITLE, corner, page
from framework.grid import GREY

SIDE = 40
BASE = ["figures", "style-sheet", "PHOTOS", "PAINTINGS", "--output", "out", "--size", str(SIDE)]


def read(name):
    return cv2.imread(f"out/style-sheet{name}.png")[..., ::-1].astype(int)


def middle(sheet, row, column, side=SIDE):
    top, left = corner(row, column, side)
    return sheet[top + side // 2, left + side // 2]


def shown_middle(sheet, row, column, shape):
    """The middle pixel of a picture of the shape [H, W], which stands at the bottom of its place
    and fills its width or height."""
    top, left = corner(row, column, SIDE)
    height = round(SIDE * shape[0] / max(shape))
    return sheet[top + SIDE - height // 2, left + SIDE // 2]


def test_a_page_for_each_way_and_all_side_by_side(drawn, capsys):
    assert main([*BASE, "--methods", "keep,wash", "--count", "2"]) == 0
    assert capsys.readouterr().out.split() == [
        f"out/style-sheet{end}" for end in (".png", ".csv", "-keep.png", "-wash.png")]
    keep, wash, sheet = read("-keep"), read("-wash"), read("")
    assert keep.shape == wash.shape == (TITLE + 2 * GAP + 3 * (SIDE + STRIP),
                                        GAP + 3 * (SIDE + GAP), 3)
    np.testing.assert_array_equal(sheet[:, :keep.shape[1]], keep)
    np.testing.assert_array_equal(sheet[:, -keep.shape[1]:], wash)
    photographs, paintings = ([cv2.imread(f"{folder}/{name}{k}.png")[..., ::-1] for k in (0, 1)]
                              for folder, name in (("PHOTOS", "ph"), ("PAINTINGS", "pa")))
    for row, photograph in enumerate(photographs, 1):
        height, width = photograph.shape[:2]
        for column in (0, 1, 2):            # the photograph and what keeps it
            assert np.abs(shown_middle(keep, row, column, (height, width))
                          - photograph[height // 2, width // 2]).max() < 25
        for column, painting in enumerate(paintings, 1):
            assert np.abs(shown_middle(wash, row, column, (height, width))
                          - painting[0, 0]).max() < 25
            assert np.abs(shown_middle(wash, 0, column, painting.shape[:2])
                          - painting[painting.shape[0] // 2, painting.shape[1] // 2]).max() < 25
    np.testing.assert_array_equal(middle(keep, 0, 0), 255)
    with open("out/style-sheet.csv", newline="") as file:
        assert [tuple(row.values())[:3] for row in csv.DictReader(file)] == [
            (way, f"ph{i}", f"pa{j}") for way in ("keep", "wash") for i in (0, 1) for j in (0, 1)]


def test_results_that_are_there_are_not_drawn_again(drawn, capsys):
    words = [*BASE, "--methods", "keep,wash"]
    assert main([*words, "--count", "1"]) == 0
    before = Path("out/style-sheet.csv").read_text()        # with the seconds
    assert drawn == [("keep", None)] * 2 + [("wash", 1), ("wash", None)]
    assert main([*words, "--count", "1"]) == 0
    assert Path("out/style-sheet.csv").read_text() == before and len(drawn) == 4
    Path("out/style-results/wash/ph0--pa0.json").write_text('{"about"')       # cut off
    assert main([*words, "--count", "2"]) == 0
    assert drawn[4:] == [("keep", None)] * 4 + [("wash", 1)] + [("wash", None)] * 4
    record = Path("out/style-results/wash/ph0--pa0.json")
    record.write_text(record.read_text().replace('"seed": 0, ', ""))    # before it had a seed
    assert main([*words, "--count", "1"]) == 0 and len(drawn) == 13
    capsys.readouterr()
    assert main([*words, "--iterations", "4"]) == 2
    assert ("ph0--pa0.png was drawn with iterations 3, not 4; choose another --output, or remove it"
            in capsys.readouterr().err)
    assert main([*words, "--size", "48"]) == 2
    assert "was drawn of another photograph, or at another size" in capsys.readouterr().err
    assert len(drawn) == 13


def test_results_are_those_of_the_table(quick):
    assert main([*BASE, "--methods", "keep", "--count", "2"]) == 0
    before = len(quick)
    assert main(["figures", "style-methods", *BASE[2:], "--methods", "keep", "--count", "2",
                 "--vgg_weights", "few.npz"]) == 0
    assert len(quick) == before and Path("out/style-methods.md").is_file()


@pytest.mark.parametrize("side", [30, 64])
def test_a_page_has_names_and_grey_for_what_is_missing(side):
    black = np.zeros((20, 20, 3), np.uint8)
    photographs = [Picture(f"photograph of a very long name {k}", black) for k in range(3)]
    paintings = [Picture(f"p{k}", black) for k in range(4)]
    cells = {(photographs[1].name, "p2"): black}
    found = page("way", photographs, paintings, cells, side).astype(int)
    assert found.shape == (TITLE + 2 * GAP + 4 * (side + STRIP), GAP + 5 * (side + GAP), 3)
    shown = {(i, j): middle(found, i, j, side)[0] for i in range(4) for j in range(5)}
    assert shown == {(i, j): 255 if i == j == 0 else 0 if 0 in (i, j) or (i, j) == (2, 3) else GREY
                     for i in range(4) for j in range(5)}
    assert found[:TITLE].min() < 100                        # the way's name
    for (i, j), named in {(0, 1): True, (2, 0): True, (0, 0): False, (1, 1): False}.items():
        top, left = corner(i, j, side)
        strip = found[top + side:top + side + STRIP, left:left + side]
        assert (strip.min() < 100) == named and (strip[:, 0] == 255).all()

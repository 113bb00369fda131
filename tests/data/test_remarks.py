"""What is said of which data."""

import re

import numpy as np
import pytest

from data.checkup import Checked, Split
from data.domain import Domain
from data.looks import Look, Matches
from data.remarks import few_images, remarks

NONE = Matches({}, {})


def split(count=500, total=None, height=100, width=100, chroma=50.0, contrast=40.0, small=0,
          broken=0, remark=""):
    """The first `small` images have 20 pixels a side; the last `broken` cannot be read."""
    def look(i):
        shape = (20, 20) if i < small else (height, width)
        return Look(*shape, bytes([i % 256, i // 256]), (9, 9, 9), contrast, chroma, i, np.zeros(4))
    readable = range(count - broken)
    return Split(total or count, np.zeros((count, 1, 1, 3), np.uint8), list(map(str, range(count))),
                 {i: look(i) for i in readable}, dict.fromkeys(readable, "PNG"),
                 {i: "broken" for i in range(count - broken, count)}, remark)


def domain(name="cats", held_out=None, repeated=NONE, leaked=NONE, cropped=True, pruned=False,
           **about):
    return Checked(name, split(**about), held_out or split(50), repeated, leaked, cropped, pruned)


def test_nothing_is_said_of_good_data():
    common = {(0, 1): NONE}
    assert remarks([domain(count=200), domain("dogs", count=799)], 64, common) == []


@pytest.mark.parametrize("about, message", [
    ({"count": 199}, "cats: 199 images are few .*--augment color,translation"),
    ({"total": 900}, "cats: 500 of 900 images were looked at; --limit"),
    ({"small": 6}, "cats: 6 images of 500 are smaller than --image_size 64"),
    ({"small": 1, "count": 250, "broken": 1}, "1 of 250 images cannot be read; training puts"),
    ({"broken": 26}, "26 of 500 .* stops where more than 5 % are broken"),
    ({"width": 150}, "crop to the central square cuts away 33 % of the median image"),
    ({"small": 1, "contrast": 39.0}, "sides run from 20 to 100 pixels"),
    ({"chroma": 3.0}, "100 % of the images have no colour"),
    ({"contrast": 1.0}, "500 images are one even area"),
    ({"repeated": Matches({9: 0}, {k: 0 for k in range(10, 35)})}, "5 % .*1 the same, 25 alike"),
    ({"leaked": Matches({0: 1}, {})}, "1 of 50 held-out images is among the training images"),
    ({"leaked": Matches({}, {k: 1 for k in range(3)})}, "3 of 50 held-out images are among"),
    ({"held_out": split(0, remark="too few")}, "no image is held out to measure with: too few"),
    ({"held_out": split(50, broken=1)}, "1 of 50 held-out images cannot be read"),
    ({"pruned": True}, "training leaves out what a classifier is not sure of")])
def test_what_is_said(about, message):
    found = [line for line in remarks([domain(**about)], 64) if "sides run" not in line
             or "sides run" in message]
    assert len(found) == 1
    assert re.search(message, found[0])


@pytest.mark.parametrize("about", [
    {"small": 5, "height": 70, "width": 70}, {"width": 133}, {"width": 150, "cropped": False},
    {"repeated": Matches({9: 0}, {k: 0 for k in range(10, 34)})},
    {"leaked": Matches({}, {0: 1, 1: 1})}])
def test_what_is_not_worth_a_line(about):
    assert remarks([domain(**about)], 64 if "small" not in about else 32) == []


def test_domains_beside_each_other():
    found = remarks([domain(), domain("dogs", count=2000)], 64, {(0, 1): Matches({3: 4}, {5: 6})})
    assert len(found) == 2
    assert found[0].startswith("dogs has 4 times as many images as cats")
    assert found[1].startswith("2 images of dogs are in cats too (1 the same, 1 alike)")


def test_few_images_are_one_line_with_the_command():
    few, many = (Domain(name, np.zeros((count, 1, 1, 3), np.uint8))
                 for name, count in (("cats", 199), ("dogs", 200)))
    assert few_images([many], "folder:x") == ""
    assert few_images([few, many], "folder:my cats,dogs") == (
        "few images (cats has 199): python main.py check 'folder:my cats,dogs' tells more")
    assert "check celeba --data_dir d tells" in few_images([few], "celeba", "d")
    assert few_images([few], "celeba", limit=199) == ""
    assert few_images([few], "celeba", limit=300) != ""

"""The line that a training prints of each domain."""

import numpy as np

from data import repeated
from data.domain import Domain
from data.folders import ImageFiles
from data.repeated import described


def images(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 9, 3), np.uint8)


def test_what_comes_twice_is_counted(monkeypatch):
    cats, dogs = images(20, 0), images(15, 1)
    cats[4], cats[9], cats[11] = cats[3], cats[3], cats[2]
    dogs[:2] = cats[5], cats[6]
    domains = Domain("cats", cats), Domain("dogs", dogs), Domain("cows", images(3, 2))
    assert described(domains) == [
        "cats: 20 of 8 x 9 x 3, 3 of them the same as others",
        "dogs: 15 of 8 x 9 x 3, 2 of them in cats too", "cows: 3 of 8 x 9 x 3"]
    monkeypatch.setattr(repeated, "MOST_BYTES", 1000)       # of cows 648
    assert described(domains)[0] == "cats: 20 of 8 x 9 x 3"


def test_files_are_not_read_and_points_are_no_images(tmp_path):
    domains = (Domain("far", ImageFiles([tmp_path / "none.png"] * 2, 8)),
               Domain("ring", np.zeros((9, 2), np.float32)))
    assert described(domains) == ["far: 2 of 8 x 8 x 3", "ring: 9 of 2"]

"""The spread of images over starts, against numpy, and the figure through the command line."""

import csv

import numpy as np
import pytest

from commands.dispatch import main
from figures.swap_starts import images_at, spread
from style.minimise import initial_image

CONTENT = np.zeros((1, 5, 6, 3), "float32")


def bowl(image):
    """One minimum, at 0.25 everywhere."""
    return float(((image - 0.25) ** 2).sum()), 2 * (image - 0.25)


def flat(image):
    return 0.0, np.zeros_like(image)


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_one_minimum_is_reached_from_every_start(optimizer):
    columns, ends, taken = spread(bowl, optimizer, CONTENT, 3, 60)
    noise = np.stack([initial_image("noise", CONTENT, seed) for seed in range(3)])
    apart = 127.5 * noise.astype(float).std(0, ddof=1)
    assert columns["step"][0] == 0 and columns["step"][-1] == 60
    assert (np.diff(columns["step"]) > 0).all()
    assert columns["mean"][0] == pytest.approx(apart.mean(), rel=1e-6)
    assert columns["deviation"][0] == pytest.approx(apart.std(), rel=1e-6)
    assert columns["mean"][-1] < 5 and ends.shape == (3, 5, 6, 3)
    np.testing.assert_allclose(ends, 0.25, atol=0.1)
    assert 1 <= taken <= 60 and (taken == 60) == (optimizer == "adam")


def test_a_start_that_does_not_move_stays_apart():
    columns, ends, _ = spread(flat, "adam", CONTENT, 6, 4)
    np.testing.assert_allclose(columns["mean"], columns["mean"][0])
    assert len(ends) == 4 and columns["mean"][0] > 50


def test_images_behind_an_early_end_are_the_last_one():
    start = initial_image("noise", CONTENT, 0)
    images, taken = images_at(bowl, "lbfgs", start, 500, np.array([0, 1, 499, 500]))
    assert taken < 100
    np.testing.assert_array_equal(images[0], start[0])
    np.testing.assert_array_equal(images[2], images[3])
    np.testing.assert_allclose(images[3], 0.25, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name, rows, more", [
    ("swap-starts", 8, ["--starts", "2", "--iterations", "3", "--content_layers", "block1_conv1",
                        "--style_layers", "block1_conv1"]),
    ("swap-times", 8, []), ("swap-patches", 14, [])])
def test_the_figures_through_the_command_line(tmp_path, name, rows, more):
    assert main(["figures", name, "--size", "32", "--output", str(tmp_path), *more]) == 0
    with open(tmp_path / f"{name}.csv", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == rows and len({row["part"] for row in found}) == 2
    assert all(float(value) >= 0 for row in found for key, value in row.items() if key != "part")


def test_an_option_of_another_figure(tmp_path, capsys):
    assert main(["figures", "kl", "--starts", "3", "--output", str(tmp_path)]) == 2
    assert "the figure kl takes no --starts" in capsys.readouterr().err

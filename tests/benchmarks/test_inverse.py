"""Figure 4.11's table: its rows by hand, and the command on small images."""

import csv

import cv2
import numpy as np
import pytest

from benchmarks.inverse import inverted, main, optimised, table


def bowl(image):
    """Half the squared distance from 0.5, and its gradient."""
    gradient = image - 0.5
    return 0.5 * float((gradient**2).sum()), gradient.astype("float32")


def test_losses_are_those_after_the_steps():
    start = np.full((1, 1, 1, 1), -0.5, "float32")
    found = optimised(bowl, start, 4)
    assert set(found) >= {"adam, 1 steps", "adam, 3 steps", "adam, 4 steps", "lbfgs, 1 steps"}
    # Adam's first step is its rate, 0.1, whatever the gradient.
    assert found["adam, 1 steps"][0] == pytest.approx(0.5 * 0.9**2, rel=1e-4)
    assert found["adam, 4 steps"][0] < found["adam, 3 steps"][0] < 0.5 * 0.9**2
    assert found["lbfgs, 1 steps"][0] == pytest.approx(0, abs=1e-6)
    assert 0 <= found["adam, 1 steps"][1] <= found["adam, 4 steps"][1]


def test_networks_are_clipped_as_files_are():
    found = inverted(bowl, np.zeros(1), {"a": lambda h: np.full((1, 1, 1, 1), 7.0)})
    assert found["network a"][0] == pytest.approx(0.5 * 0.5**2)


def test_means_and_errors_over_pairs():
    rows = table([{("photograph", "m"): (1.0, 0.1), ("swapped", "m"): (4.0, 2.0)},
                  {("photograph", "m"): (3.0, 0.3), ("swapped", "m"): (4.0, 2.0)}])
    assert rows == [("swapped", "m", 4.0, 0.0, 2.0), ("photograph", "m", 2.0, 1.0, 0.2)]


def test_the_command(tmp_path, capsys):
    rng = np.random.default_rng(0)
    for folder, count in (("photos", 2), ("styles", 1)):
        (tmp_path / folder).mkdir()
        for k in range(count):
            cv2.imwrite(str(tmp_path / folder / f"{k}.png"),
                        rng.integers(0, 256, (18, 22, 3), np.uint8))
    output = tmp_path / "table.csv"
    main([str(tmp_path / "photos"), str(tmp_path / "styles"), "--vgg_weights", "random",
          "--size", "24", "--iterations", "2", "--output", str(output)])
    assert "2 photographs, 1 paintings, longer side 24" in capsys.readouterr().out
    rows = list(csv.DictReader(output.open()))
    losses = {(row["target"], row["method"]): float(row["loss"]) for row in rows}
    for target, start in (("swapped", "start (photograph)"), ("photograph", "start (grey)")):
        assert losses[target, "lbfgs, 2 steps"] < losses[target, start]

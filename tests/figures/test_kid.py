"""Monitors of several runs in one plot."""

import numpy as np
import pytest

from commands.dispatch import main
from figures.kid import draw, measurements
from framework.errors import UserError
from framework.history import History


def run_with(folder, values):
    folder.mkdir()
    log = History(folder / "losses.csv")
    for i in range(10):
        log.append(i, {"g": 1.0} | ({"monitor/kid (classifier)/glyph": values[i // 5]}
                                    if i % 5 == 4 else {}))
    log.flush()
    return str(folder)


def test_lines_of_two_runs(tmp_path, capsys):
    one, other = run_with(tmp_path / "one", (0.5, 0.25)), run_with(tmp_path / "two", (0.1, -0.01))
    ((at, values),) = measurements(other).values()
    assert (at.tolist(), values.tolist()) == ([5, 10], [0.1, -0.01])
    figure = draw([one, other])
    assert figure.columns["kid"].tolist() == [0.5, 0.25, 0.1, -0.01]
    assert figure.columns["part"][0] == "one: kid (classifier)/glyph"
    assert np.any(np.all(figure.picture == (31, 111, 180), -1))         # the first line's blue
    assert main(["figures", "kid", one, other, "--output", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "kid.png").is_file()
    assert main(["figures", "kl", one, "--output", str(tmp_path / "out")]) == 2
    assert "the figure kl shows no folders" in capsys.readouterr().err


def test_a_run_that_measured_nothing(tmp_path):
    with pytest.raises(UserError, match="measured no kid while it trained; --monitor kid does"):
        draw([run_with(tmp_path / "run", (np.nan, np.nan))])
    with pytest.raises(UserError, match="needs the folders of runs"):
        draw()

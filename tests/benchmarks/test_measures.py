"""The measures' benchmark: what both ways read, what is printed, and that both find the same."""

import json
import sys

import numpy as np
import pytest

from benchmarks import clock, measures, peer_plan
from framework.errors import UserError

needs_torch = pytest.mark.skipif(bool(peer_plan.missing(peer_plan.python())),
                                 reason=peer_plan.missing(peer_plan.python()))
SMALL = ("kid_block", "prdc", "lpips64", "gatys", "swap")


def answer(seconds, value):
    return {"seconds": seconds, "core_seconds": 2 * seconds, "value": [value], "peak_mib": 300.0}


def test_calls_are_counted_and_warmed_up():
    said = []
    found = clock.repeated(lambda: said.append("warm"), lambda: said.append("call") or [1.5], 0.0)
    assert said == ["warm", "call"] and found["value"] == [1.5]
    more = clock.repeated(lambda: None, lambda: said.append("call"), 0.02)
    assert len(said) > 3 and 0.02 <= more["seconds"] * (len(said) - 2) < 1


def test_the_ways_take_turns(monkeypatch, capsys):
    order, monotone = [], iter(range(1, 9))

    def measurement(command, threads):
        order.append(command[2])
        assert json.loads(command[-1]) == 0.5 and threads == 1
        times = 1.0 if command[2] == "benchmarks.measures" else 3.0
        return answer(times * next(monotone), 0.25)
    monkeypatch.setattr(measures, "measurement", measurement)
    monkeypatch.setattr(measures, "features", lambda count: {"x": np.zeros(1)})
    monkeypatch.setattr(peer_plan, "missing", lambda interpreter: "")
    monkeypatch.setattr(measures.machine, "free_share", lambda threads: 1.0)
    measures.main(["--what", "prdc", "--rounds", "3", "--seconds", "0.5", "--threads", "1"])
    assert order == ["benchmarks.measures", "benchmarks.torch_measures"] * 3
    lines = capsys.readouterr().out.splitlines()
    # 1, 6; 3, 12; 5, 18 seconds
    assert lines[-3].split()[-6:] == ["3.000", "12.000", "4.00", "4.00", "300", "300"]
    assert [line.split() for line in lines[-2:]] == [["ours", "0.25"], ["theirs", "0.25"]]


def test_mistakes_are_one_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(peer_plan, "missing", lambda interpreter: "")
    with pytest.raises(UserError, match="'fid' is none of kid"):
        measures.run(measures.parsed(["--what", "fid"]))
    monkeypatch.undo()
    monkeypatch.setenv(peer_plan.PYTHON, str(tmp_path / "python"))
    with pytest.raises(SystemExit, match="2"):
        measures.main([])
    assert "cannot be run" in capsys.readouterr().err


def test_a_failure_is_a_line(monkeypatch):
    with pytest.raises(RuntimeError, match="KeyError: 'nothing'"):
        measures.measurement([sys.executable, "-c", "{}['nothing']"], 1)


def test_our_side_by_the_file(monkeypatch, capsys, tmp_path):
    """As the process that is timed does it."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, 60, 3))
    np.savez(tmp_path / "arrays.npz", x=x, y=y)
    measures.main(["--measure", "prdc", str(tmp_path / "arrays.npz"), "0"])
    found = json.loads(capsys.readouterr().out)
    distances = np.linalg.norm(x[:, None] - y[None], axis=-1)
    radii = np.sort(np.linalg.norm(x[:, None] - x[None], axis=-1), 1)[:, 5]
    assert found["value"][0] == np.mean((distances <= radii[:, None]).any(0))
    assert found["value"][3] == np.mean((distances < radii[:, None]).any(1))
    assert found["seconds"] > 0 and found["peak_mib"] > 10


@needs_torch
@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_both_ways_find_the_same(monkeypatch, name):
    monkeypatch.setattr(measures, "EVALUATIONS", 2)
    found = measures.compared(name, measures.parsed(
        ["--rounds", "1", "--seconds", "0", "--side", "64", "--threads", "1"]))
    ours, theirs = (found[way][0] for way in ("ours", "theirs"))
    assert theirs["value"] == pytest.approx(ours["value"], rel=5e-3 if "kid" in name else 1e-4)
    assert ours["seconds"] > 0 < theirs["seconds"]

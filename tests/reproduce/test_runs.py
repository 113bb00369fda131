"""Runs are trained once, measured once, and end in order."""

import json
import os
import signal
import threading
import time

import pytest

from reproduce import runs


@pytest.fixture
def calls(monkeypatch, tmp_path):
    """Stands in for main.py: training leaves the checkpoint, evaluating the figures asked for."""
    made = []

    def call(*words):
        words = [str(word) for word in words]
        made.append(words)
        if words[0] == "train":
            checkpoint = tmp_path / "checkpoints" / f"ckpt-{call.reaches}.index"
            checkpoint.parent.mkdir(exist_ok=True)
            checkpoint.touch()
        elif call.ok:
            (tmp_path / "metrics.json").write_text(json.dumps({"number": len(made)}))
        return call.ok
    call.reaches, call.ok, call.made = 100, True, made
    monkeypatch.setattr(runs, "run_main", call)
    return call


def test_a_finished_run_is_left_alone(calls, tmp_path):
    assert runs.train_run(tmp_path, "demo", {"width": 0.5, "data_dir": ""}, 100)
    assert runs.train_run(tmp_path, "demo", {"width": 0.5}, 100)
    assert calls.made == [["train", "--preset", "demo", "--run", str(tmp_path), "--width", "0.5"]]


def test_a_half_trained_run_goes_on(calls, tmp_path):
    calls.reaches = 50
    assert not runs.train_run(tmp_path, "demo", {}, 100)
    calls.reaches = 100
    assert runs.train_run(tmp_path, "demo", {}, 100) and len(calls.made) == 2


def test_what_was_measured_is_kept_until_run_or_question_change(calls, tmp_path):
    runs.train_run(tmp_path, "demo", {}, 100)
    first = runs.measure_run(tmp_path, ["--samples", 20])
    assert first == runs.measure_run(tmp_path, ["--samples", 20]) == {"number": 2}
    assert runs.measure_run(tmp_path, ["--samples", 30]) == {"number": 3}
    calls.reaches = 200
    runs.train_run(tmp_path, "demo", {}, 200)
    assert runs.measure_run(tmp_path, ["--samples", 30]) == {"number": 5}


def test_what_cannot_be_measured_is_none_and_is_tried_again(calls, tmp_path):
    runs.train_run(tmp_path, "demo", {}, 100)
    calls.ok = False
    assert runs.measure_run(tmp_path, []) is None and not (tmp_path / runs.EVALUATION_FILE).exists()
    calls.ok = True
    assert runs.measure_run(tmp_path, []) == {"number": 3}


def test_call_says_the_command_and_tells_how_it_ended(monkeypatch, tmp_path, capfd):
    main = tmp_path / "main.py"
    monkeypatch.setattr(runs, "MAIN_FILE", main)
    main.write_text("import sys; print(sys.argv[1:]); sys.exit(int(sys.argv[1]))")
    assert runs.run_main(0, "a b") and not runs.run_main(2)
    assert capfd.readouterr().out.splitlines() == [
        "$ python main.py 0 'a b'", "['0', 'a b']", "$ python main.py 2", "['2']"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_lets_the_child_end_in_order(monkeypatch, tmp_path, number):
    main, ready, done = tmp_path / "main.py", tmp_path / "ready", tmp_path / "done"
    monkeypatch.setattr(runs, "MAIN_FILE", main)
    main.write_text(
        "import pathlib, signal, sys, time\n"
        f"signal.signal(signal.SIGINT, lambda *a: (pathlib.Path({str(done)!r}).touch(),"
        " sys.exit(0)))\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(60)\n")

    def interrupt():
        while not ready.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), number)
    before = signal.getsignal(number)
    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(runs.StoppedByUser):
        runs.run_main("train")
    assert done.exists() and signal.getsignal(number) is before

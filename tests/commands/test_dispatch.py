"""The commands: what they call, what they print, how they fail."""

import re
from types import SimpleNamespace

import pytest
import tensorflow as tf

import figures
import trainers
from commands.dispatch import main
from config import presets
from config.resolve import resolve
from config.run import Run
from data import glyph
from figures.catalogue import FIGURES
from framework.errors import UserError


@pytest.fixture
def called(monkeypatch, tmp_path):
    """Stands in for what trains, samples and evaluates; holds what they were given."""
    calls = []
    monkeypatch.setitem(glyph.COUNTS, "train", 500)        # nobody looks at the digits

    def stand_in(name):
        return SimpleNamespace(main=lambda *a, **k: calls.append((name, a, k)))
    monkeypatch.setattr(trainers, "train", stand_in("train"), raising=False)
    monkeypatch.setattr(trainers, "sample", stand_in("sample"), raising=False)
    monkeypatch.setattr(trainers, "walk", stand_in("walk"), raising=False)
    monkeypatch.setattr(figures, "draw", stand_in("draw"), raising=False)
    monkeypatch.setattr(trainers, "evaluation", stand_in("evaluate"), raising=False)
    monkeypatch.setattr(trainers, "folder_evaluation", stand_in("folders"), raising=False)
    monkeypatch.chdir(tmp_path)
    return calls


@pytest.fixture
def run(tmp_path):
    Run.open(tmp_path / "run", resolve(["--dataset", "glyph2edge"])).close()
    return str(tmp_path / "run")


@pytest.mark.parametrize("words", [["train"], []])
def test_train(called, capsys, words):
    assert main([*words, "--gan_type", "cogan", "--dataset", "glyph2edge", "--seed", "3"]) == 0
    [(name, (config, domains, _), _)] = called
    assert [d.name for d in domains] == ["glyph", "glyph_edge"]
    assert (name, config.experiment.gan_type, config.experiment.seed) == ("train", "cogan", 3)
    assert capsys.readouterr().out.startswith("preset: quick-glyph2edge-cogan (picked for")


def test_a_named_preset_is_not_announced(called, capsys):
    main(["--preset", "demo"])
    assert called[0][1][0].experiment.preset == "demo" and capsys.readouterr().out == ""


def test_a_run_that_goes_on_picks_no_preset(called, capsys, run):
    assert main(["--run", run]) == main(["--run", run, "--dataset", "glyph2edge"]) == 0
    assert [config.experiment.preset for _, (config, _, _), _ in called] == ["demo", "demo"]
    assert capsys.readouterr().out == ""


def test_train_alone_takes_the_defaults(called):
    main(["train"])
    assert called[0][1][0].data.dataset == "glyph2street"


def test_a_run_that_cannot_be_had_is_found_out_before_training(called, capsys, run):
    assert main(["--run", run, "--dataset", "glyph2edge", "--seed", "8"]) == 2
    assert called == [] and "seed is 0, not 8" in capsys.readouterr().err


def test_sample(called, run):
    main(["sample", run])
    main(["sample", run, "--count", "9", "--seed", "4", "--output", "x.png"])
    main(["sample", run, "--class", "3"])
    assert called == [("sample", (), {"run": run}),
                      ("sample", (), {"run": run, "count": 9, "seed": 4, "output": "x.png"}),
                      ("sample", (), {"run": run, "label": 3})]


@pytest.mark.parametrize("command", ["fit-encoder", "fit_encoder"])
def test_a_command_is_spelled_with_either_dash(called, run, monkeypatch, command):
    monkeypatch.setattr(trainers, "fit_encoder", SimpleNamespace(
        main=lambda *a, **k: called.append((a, k))), raising=False)
    assert main([command, run, "--iterations=3"]) == 0
    assert called == [((run,), {"iterations": 3, "seed": 0})]


def test_walk(called, run):
    main(["walk", run])
    main(["walk", run, "--rows", "2", "--columns", "5", "--seed", "4", "--gif", "--mp4",
          "--output", "x.png"])
    usual = {"run": run, "rows": 8, "columns": 10, "seed": 1, "gif": False, "mp4": False}
    assert called == [("walk", (), {**usual, "output": ""}), ("walk", (), {
        "run": run, "rows": 2, "columns": 5, "seed": 4, "gif": True, "mp4": True,
        "output": "x.png"})]


def test_figures(called, capsys):
    assert main(["figures", "kl"]) == main(["figures", "all", "--iterations", "5"]) == 0
    usual = {"folders": (), "iterations": 0, "output": "runs/figures"}
    assert called == [("draw", (), {**usual, "name": "kl"}),
                      ("draw", (), {**usual, "name": "all", "iterations": 5})]
    capsys.readouterr()
    assert main(["figures"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["figure", *FIGURES]


LOOKS = {"metrics": (), "samples": 2000, "seed": 1, "lpips_net": "alex", "lpips_weights": "",
         "extractor": "", "extractor_weights": ""}


def test_evaluate(called, run):
    main(["evaluate", run])
    main(["evaluate", run, "--samples", "9", "--seed", "4", "--split", "test", "--metrics",
          "kid, lpips,kid", "--lpips_net", "vgg", "--extractor", "pixels", "--data_dir", "d"])
    changed = {"samples": 9, "seed": 4, "split": "test", "metrics": ("kid", "lpips"),
               "lpips_net": "vgg", "extractor": "pixels", "data_dir": "d"}
    usual = {**LOOKS, "split": "train", "data_dir": "", "baseline": "", "blind_sheet": False}
    assert called == [("evaluate", (run,), usual), ("evaluate", (run,), usual | changed)]


def test_evaluate_folders(called):
    main(["evaluate", "--folders", "a", "b.zip", "--metrics", "swd", "--output", "c"])
    assert called == [("folders", ("a", "b.zip"), {**LOOKS, "metrics": ("swd",), "image_size": 0,
                                                   "output": "c"})]


@pytest.mark.parametrize("argv, message", [
    (["sample"], "required: RUN"), (["sample", "none"], "no run at none"),
    (["figures", "contour"], "did you mean 'contours'"),
    (["figures", "kl", "--iterations", "-1"], "iterations must be at least 0"),
    (["walk", "RUN", "--columns", "1"], "columns must be from 2"),
    (["evaluate", "none"], "no run at none"),
    (["sample", "RUN", "--count", "0"], "count must be from 1"),
    (["sample", "RUN", "--seed", "-1"], "seed must be from 0"),
    (["sample", "RUN", "--seed", "1" + "0" * 30], "seed must be from 0 to 2147483647"),
    (["sample", "RUN", "--count", "1000000000"], "count must be from 1 to 100000"),
    (["walk", "RUN", "--columns", "1" + "0" * 12], "columns must be from 2 to 1000"),
    (["evaluate", "RUN", "--samples", "1" + "0" * 12], "samples must be from 2"),
    (["evaluate", "RUN", "--samples", "1"], "samples must be from 2"),
    (["evaluate", "RUN", "--sample", "5"], "did you mean '--samples'"),
    (["evaluate"], "a run, or two folders"), (["evaluate", "RUN", "--folders", "a", "b"], "or two"),
    (["evaluate", "RUN", "--metrics", "fid,kd"], "did you mean 'kid'"),
    (["evaluate", "--folders", "a", "b", "--metrics", "modes"], "unknown metric 'modes'"),
    (["evaluate", "RUN", "--split", "trian"], "did you mean 'train'"),
    (["evaluate", "RUN", "--lpips_net", "vg"], "did you mean 'vgg'"),
    (["evaluate", "RUN", "--extractor", "pixel"], "did you mean 'pixels'"),
    (["evaluate", "RUN", "--image_size", "32"], "belong to"),
    (["evaluate", "RUN", "--metrics", "kid", "--baseline", "x"], "belongs to --metrics pairing"),
    (["evaluate", "RUN", "--metrics", "pairing", "--baseline", "none"], "no run at none"),
    (["evaluate", "--folders", "a", "b", "--baseline", "x"], "belong to a run"),
    (["evaluate", "--folders", "a", "b", "--blind_sheet"], "belong to a run"),
    (["evaluate", "--folders", "a", "b", "--metrics", "pairing"], "unknown metric 'pairing'"),
    (["evaluate", "--folders", "a", "b", "--split", "test"], "belong to a run"),
    (["sample", "RUN", "--count", "x"], "count must be a whole number, not 'x'"),
    (["sampel"], "did you mean 'sample'"), (["presets", "demo"], "unexpected argument 'demo'"),
    (["datasets", "--dir", "x"], "unknown option '--dir'"),
])
def test_mistakes(called, capsys, run, argv, message):
    assert main([run if word == "RUN" else word for word in argv]) == 2
    out, err = capsys.readouterr()
    assert out == "" and called == []
    assert err.startswith("scogan: error: ") and err.count("\n") == 1 and message in err


def test_an_error_of_several_lines_is_printed_in_one(called, capsys, monkeypatch):
    def fails(config, domains, page_for):
        raise UserError("two\n  lines")
    monkeypatch.setattr(trainers.train, "main", fails)
    assert main(["--preset", "demo"]) == 2
    assert capsys.readouterr().err == "scogan: error: two lines\n"


def test_what_a_command_returns_is_the_exit_status(called, monkeypatch):
    monkeypatch.setattr(trainers.train, "main", lambda config, domains, page_for: 3)
    assert main(["--preset", "demo"]) == 3


@pytest.mark.parametrize("error, message", [
    (OSError(28, "No space left on device", "x.csv"), "x.csv: No space left on device"),
    (OSError(30, "Read-only file system", "run"), "run: Read-only file system"),
    (MemoryError(), "not enough memory; lower --batch_size"),
    (RecursionError("maximum depth"), "nested too deeply"),
    (tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"), "OOM .*; lower --batch"),
    (tf.errors.InternalError(None, None, "a\nb"), "TensorFlow: a b"),
    (UserError("much " * 200 + "the end"), r"much .* \.\.\. .* the end")])
def test_what_the_machine_refuses_is_one_line(called, monkeypatch, capsys, error, message):
    def fails(config, domains, page_for):
        raise error
    monkeypatch.setattr(trainers.train, "main", fails)
    assert main(["--preset", "demo"]) == 2
    said = capsys.readouterr().err
    assert re.search(message, said) and said.count("\n") == 1 and len(said) < 320


def test_a_mistake_of_ours_keeps_its_traceback(called, monkeypatch):
    def fails(config, domains, page_for):
        raise ValueError("a bug")
    monkeypatch.setattr(trainers.train, "main", fails)
    with pytest.raises(ValueError, match="a bug"):
        main(["--preset", "demo"])


@pytest.mark.parametrize("argv", [["--" + "x" * 3000], ["--gan_type", "y" * 3000],
                                  ["--seed", "9" * 5000], ["--seed", "1" + "0" * 30],
                                  ["sample", "n" * 3000], ["--dataset", "folder:" + "d" * 3000],
                                  ["z" * 3000], ["--config", "[" * 3000]])
def test_messages_are_short_whatever_the_user_gives(called, capsys, argv):
    assert main(argv) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and len(said) < 320 and called == []


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"]])
def test_help(capsys, argv):
    assert main(argv) == 0
    out = capsys.readouterr().out
    assert "python main.py --preset demo " in out and "--feature_weight" in out
    assert "--feature_rows" not in out


def test_presets(capsys):
    assert main(["presets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["preset", *presets.names()]


def test_datasets(capsys, tmp_path):
    assert main(["datasets", "--data_dir", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("glyph2street", "mnist2svhn", "ring"))

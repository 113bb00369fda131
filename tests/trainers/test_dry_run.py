"""`main.py --dry_run`: figures of a training, and nothing kept."""

import re

import numpy as np
import pytest

from commands.dispatch import main
from trainers import dry_run
from trainers.dry_run import duration

FLAGS = ["--gan_type", "scogan", "--preset", "none", "--dataset", "glyph2edge", "--generator",
         "quick", "--discriminator", "quick", "--width", "0.1", "--latent_dim", "4",
         "--batch_size", "4", "--limit_data", "20", "--iterations", "1000", "--compile", "none"]


def test_it_measures_and_keeps_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    run = tmp_path / "run"
    assert main([*FLAGS, "--run", str(run), "--dry_run"]) == 0
    printed = capsys.readouterr().out
    assert not run.exists() and list(tmp_path.iterdir()) == []
    assert re.search(r"width +0\.1\n", printed) and "lr_g" not in printed
    # Of the generators' table, width 0.1: 13, 10 and 6 filters, kernels of 4, for two domains.
    rows = 4 * 13 * 16 + 13 * 16, 13 * 10 * 16 + 10, 10 * 6 * 16 + 6, 6 * 3 * 16 + 3
    norms = 4 * (13 + 10 + 6)                   # scale, shift, mean and variance
    assert re.search(rf"generators +{2 * (sum(rows) + norms):,}\n", printed)
    each, first, total = re.search(
        r"takes (\S+) s, the first (\S+) s; 1000 of them (\d+ (?:s|min|h))", printed).groups()
    assert 0 < float(each) < 60 and float(first) > 0
    seconds = float(first) + 1000 * float(each)
    shown = float(total.split()[0]) * {"s": 1, "min": 60, "h": 3600}[total.split()[1]]
    assert shown == pytest.approx(seconds, rel=0.1, abs=35)
    assert "Nothing is kept." in printed


def test_a_mistake_is_one_line(tmp_path, capsys):
    assert main([*FLAGS, "--leader", "1", "--dry_run"]) == 2
    assert "leader belongs to couplings" in capsys.readouterr().err


def test_a_parents_iterations_are_in_the_estimate(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    seconds = iter([(2.0, 0.5), (3.0, 0.25)])           # of the run and of its parent
    monkeypatch.setattr(dry_run, "timed", lambda training, compile: next(seconds))
    assert main([*FLAGS, "--parent_iterations", "40", "--run", str(tmp_path / "run"),
                 "--dry_run"]) == 0
    assert ("an iteration takes 0.500 s, the first 2.0 s; 1000 of them, after 40 of a parent, "
            f"{duration(2 + 500 + 3 + 10)};") in capsys.readouterr().out


def test_durations():
    assert [duration(s) for s in (50, 600, 12600)] == ["50 s", "10 min", "3.5 h"]


def test_no_classifier_is_trained_and_nothing_is_pruned(tmp_path, capsys, monkeypatch):
    """The thesis's best model asks for ten epochs of one, and for pruned SVHN."""
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(dry_run, "timed", lambda training, compile: (2.0, 0.5))
    rng = np.random.default_rng(0)
    for name, shape in (("mnist", (28, 28)), ("svhn", (32, 32, 3))):
        np.savez(tmp_path / f"{name}.npz", **{
            f"{split}_{part}": values for split in ("train", "test") for part, values in (
                ("images", rng.integers(0, 256, (20, *shape), np.uint8)),
                ("labels", np.arange(20, dtype=np.uint8) % 10))})
    assert main(["--preset", "5.2-mnist2svhn-slfr", "--width", "0.05", "--batch_size", "8",
                 "--data_dir", str(tmp_path), "--run", str(tmp_path / "run"), "--dry_run"]) == 0
    printed = capsys.readouterr().out
    assert "svhn_pruned: 20 " in printed and "classifier_path" not in printed
    assert "The classifier that is trained before" in printed
    assert not (tmp_path / "cache").exists() and not (tmp_path / "run").exists()

"""What torture found, each as small as it gets."""

import keras
import numpy as np
import pytest

from commands.dispatch import main
from framework.checkpoint import Checkpoints
from framework.errors import UserError
from trainers.reporters import ChiefReporter

RING = ["--gan_type", "gan", "--dataset", "ring", "--preset", "none", "--width", "0.02",
        "--latent_dim", "2", "--batch_size", "4", "--limit_data", "20", "--iterations", "4",
        "--checkpoint_every", "2", "--sample_every", "2", "--log_every", "1", "--compile", "none",
        "--no_sample_early", "--no_tensorboard"]


@pytest.fixture
def checkpoints(tmp_path):
    variable = keras.Variable(np.arange(3, dtype="float32"))
    made = Checkpoints(tmp_path / "checkpoints", {"net": [variable]})
    for iteration in (2, 4):
        made.save(iteration)
    return made


def test_a_checkpoint_cut_off_while_tensorflow_wrote_it(checkpoints):
    left = checkpoints.folder / ".new-checkpoint_temp"
    left.mkdir()
    (left / "part-00000-of-00001.data-00000-of-00001").write_bytes(b"half")
    checkpoints.save(6)
    assert checkpoints.restore() == 6 and not left.exists()


def test_a_checkpoint_without_an_index_is_passed_over_with_a_line(checkpoints, capsys):
    (checkpoints.folder / "ckpt-4.index").unlink()
    assert checkpoints.restore() == 2
    assert capsys.readouterr().out.count("passed over") == 1


def test_checkpoints_all_without_an_index_are_damaged(checkpoints):
    for iteration in (2, 4):
        (checkpoints.folder / f"ckpt-{iteration}.index").unlink()
    with pytest.raises(UserError, match="damaged"):
        checkpoints.restore()


def test_a_picture_is_not_lost_between_checkpoint_and_picture(tmp_path, monkeypatch):
    run, draw = tmp_path / "run", ChiefReporter.picture

    def stopped(self, iteration):
        if iteration == 2:
            raise KeyboardInterrupt             # as kill -9 would, but in this process
        draw(self, iteration)
    with monkeypatch.context() as patched:
        patched.setattr(ChiefReporter, "picture", stopped)
        assert main([*RING, "--run", str(run)]) == 130
    assert main([*RING, "--run", str(run)]) == 0
    assert sorted(path.name for path in (run / "samples").iterdir()) == [
        "000000.png", "000002.png", "000004.png"]


def test_files_half_written_by_a_killed_run_are_swept(tmp_path):
    run = tmp_path / "run"
    assert main([*RING, "--run", str(run), "--iterations", "2"]) == 0
    for name in ("samples/.new-a.png", "models/.new-b.keras", "checkpoints/.new-c", ".new-d.json"):
        (run / name).write_bytes(b"half")
    assert main([*RING, "--run", str(run)]) == 0
    assert not list(run.rglob(".new-*"))


def unfinished(folder, iteration):
    """What is left where a checkpoint was killed after its .data had its name and before its
    .index and the file `checkpoint` had theirs."""
    (folder / f"ckpt-{iteration}.data-00000-of-00001").write_bytes(b"whole, and named first")


def test_a_run_killed_within_its_first_checkpoint_begins_anew(tmp_path):
    made = Checkpoints(tmp_path, {"net": [keras.Variable(np.ones(3, "float32"))]})
    unfinished(tmp_path, 2)
    assert made.restore() == 0
    made.save(2)
    assert made.restore() == 2


def test_two_whole_checkpoints_are_kept_beside_an_unfinished_one(checkpoints):
    unfinished(checkpoints.folder, 5)
    checkpoints.save(6)
    assert {path.stem for path in checkpoints.folder.glob("ckpt-*.index")} == {"ckpt-4", "ckpt-6"}
    assert not list(checkpoints.folder.glob("ckpt-5.*"))

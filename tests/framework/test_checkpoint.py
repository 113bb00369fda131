"""What a checkpoint keeps and brings back, and what may be missing from one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.checkpoint import Checkpoints, restore_part
from framework.checkpoint_files import found_checkpoints
from framework.errors import UserError


def variable(value):
    return keras.Variable(np.float32(value))


def test_the_newest_state_comes_back_with_its_iteration(tmp_path):
    a, b = variable([1.0, 2.0]), variable(3.0)
    checkpoints = Checkpoints(tmp_path, {"nets": [a], "optimizer": [b]})
    assert checkpoints.restore() == 0
    checkpoints.save(5)
    a.assign([7.0, 8.0])
    checkpoints.save(9)
    a.assign([0.0, 0.0])
    b.assign(0.0)
    assert checkpoints.restore() == 9
    np.testing.assert_array_equal(a, [7.0, 8.0])
    assert float(b) == 3


def test_older_ones_are_removed(tmp_path):
    checkpoints = Checkpoints(tmp_path, {"nets": [variable(1.0)]}, keep=2)
    for iteration in (1, 2, 3):
        checkpoints.save(iteration)
    assert sorted(path.stem for path in tmp_path.glob("*.index")) == ["ckpt-2", "ckpt-3"]


def test_the_scale_of_a_loss_may_be_missing_and_nothing_else(tmp_path):
    Checkpoints(tmp_path, {"nets": [variable(1.0)]}).save(4)
    scale = variable(16.0)
    assert Checkpoints(tmp_path, {"nets": [variable(0.0)], "loss_scale": [scale]}).restore() == 4
    assert float(scale) == 16
    with pytest.raises(AssertionError):
        Checkpoints(tmp_path, {"nets": [variable(0.0)], "average": [variable(0.0)]}).restore()


def test_a_part_comes_back_alone(tmp_path):
    a, b = variable(1.0), variable(2.0)
    assert not restore_part(tmp_path, {"nets": [a]})
    Checkpoints(tmp_path, {"nets": [a, b], "optimizer": [variable(5.0)]}).save(3)
    first = variable(0.0)
    assert restore_part(tmp_path, {"nets": [first]}) and float(first) == 1


NAMES = ("plain", "a b", "a[1]", "a[b", "a]b", "a*b", "a?b", "a{b}", "a\\b", "日本", "a%20b", "a#b",
         "a'b", 'a"b', "a,b", "a(b)", "a:b", "~x")


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_have_any_name(tmp_path, name):
    folder, a = tmp_path / name / "checkpoints", variable(1.0)
    checkpoints = Checkpoints(folder, {"nets": [a]})
    for iteration in (1, 2, 3):
        a.assign(float(iteration))
        checkpoints.save(iteration)
    assert [path.name for path in found_checkpoints(folder)] == ["ckpt-3", "ckpt-2"]
    a.assign(0.0)
    assert Checkpoints(folder, {"nets": [a]}).restore() == 3 and float(a) == 3
    part = variable(0.0)
    assert restore_part(folder, {"nets": [part]}) and float(part) == 3


def truncated(data):
    return data[:len(data) // 2]


def emptied(data):
    return b""


def flipped(data):
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 16]) + data[at + 1:]


@pytest.mark.parametrize("suffix", [".index", ".data-00000-of-00001"])
@pytest.mark.parametrize("damage", [truncated, emptied, flipped, None])
def test_a_damaged_newest_checkpoint_is_passed_over_with_a_line(tmp_path, suffix, damage, capfd):
    a = keras.Variable(np.arange(500, dtype=np.float32))
    checkpoints = Checkpoints(tmp_path, {"nets": [a]})
    checkpoints.save(3)
    a.assign(a + 1)
    checkpoints.save(6)
    file = tmp_path / f"ckpt-6{suffix}"
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage(file.read_bytes()))
    capfd.readouterr()
    assert Checkpoints(tmp_path, {"nets": [a]}).restore() == 3
    np.testing.assert_array_equal(a, np.arange(500))
    said = capfd.readouterr().out.splitlines()
    assert len(said) == 1 and "ckpt-6 is damaged and passed over" in said[0]


def test_where_all_are_damaged_nothing_starts_anew(tmp_path):
    a = variable(1.0)
    Checkpoints(tmp_path, {"nets": [a]}).save(3)
    for file in tmp_path.glob("ckpt-3.*"):
        file.write_bytes(b"")
    with pytest.raises(UserError, match="every checkpoint in .* is damaged"):
        Checkpoints(tmp_path, {"nets": [a]}).restore()


def test_what_a_killed_save_has_left_is_cleared(tmp_path):
    (tmp_path / ".new-checkpoint.data-00000-of-00001").write_bytes(b"half")
    checkpoints = Checkpoints(tmp_path, {"nets": [variable(1.0)]})
    assert checkpoints.restore() == 0
    checkpoints.save(1)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint", "ckpt-1.data-00000-of-00001", "ckpt-1.index"]


def test_tensorflows_own_tools_find_the_newest_and_a_restore_does_without_their_file(tmp_path):
    a = variable(1.0)
    checkpoints = Checkpoints(tmp_path, {"nets": [a]})
    for iteration in (1, 2, 3):
        checkpoints.save(iteration)
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "ckpt-3")
    (tmp_path / "checkpoint").unlink()
    assert Checkpoints(tmp_path, {"nets": [a]}).restore() == 3

"""What a checkpoint keeps and brings back, and what may be missing from one."""

import keras
import numpy as np
import pytest

from framework.checkpoint import Checkpoints, restore_part


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

"""What many devices ask for on one device: nothing; and what is refused. How they compute is in
tests/trainers/test_distributed.py."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from commands import dispatch as cli
from commands import registry
from framework import devices
from framework.cluster import EXIT_RETRY, Interrupted
from framework.errors import UserError

SETTINGS = {"devices": "all", "compile": "graph", "precision": "float32",
            "sync_batch_norm": True}
SECOND = json.dumps({"cluster": {"worker": ["a:1", "b:1"]},
                     "task": {"type": "worker", "index": 1}})


def device(**changed):
    """The options of the group "device"."""
    return SimpleNamespace(**SETTINGS | changed)


def test_one_device_adds_no_operation():
    x = tf.constant([[1.0], [2.0]])
    assert devices.replica_and_count() == (0, 1)
    assert devices.gathered(x) is x
    assert devices.replica_rows(x) is x
    assert devices.mean_over_replicas(x) is x

    @tf.function
    def graph(x):
        return devices.mean_over_replicas(devices.replica_rows(devices.gathered(x)))
    nodes = [op.type for op in graph.get_concrete_function(x).graph.get_operations()]
    assert set(nodes) <= {"Placeholder", "Identity", "NoOp"}


def test_all_of_less_than_two_gpus_is_one_device(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["GPU:0"])
    devices._strategy.cache_clear()
    assert devices.strategy_for(device(), 12) is None
    assert not devices.normalises_together()
    assert devices.in_strategy_scope(lambda x: x + 1)(2) == 3


@pytest.mark.parametrize("setting, count, message", [
    ({}, 5, "batch_size 12 .* by 5 devices; take a multiple of 5"),
    ({"compile": "xla"}, 2, "compile xla is for one device, and here are 2"),
    ({"precision": "mixed_float16"}, 2, "mixed_float16 .* take mixed_bfloat16"),
])
def test_what_many_devices_cannot_do_is_refused(setting, count, message):
    with pytest.raises(UserError, match=message):
        devices._check(device(**setting), 12, count)
    devices._check(device(), 12, 4)


def test_bfloat16_that_is_only_emulated_gives_way_unless_forced(monkeypatch):
    monkeypatch.setattr(devices, "has_bfloat16", lambda: False)
    gpus = []
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: gpus)
    assert devices.computed_in("mixed_bfloat16") == "float32"
    assert devices.computed_in("mixed_bfloat16", forced=True) == "mixed_bfloat16"
    assert devices.computed_in("mixed_float16") == "mixed_float16"
    gpus.append("GPU:0")
    assert devices.computed_in("mixed_bfloat16") == "mixed_bfloat16"
    monkeypatch.setattr(devices, "has_bfloat16", lambda: True)
    gpus.clear()
    assert devices.computed_in("mixed_bfloat16") == "mixed_bfloat16"


def test_the_processor_is_split_before_anything_is_computed():
    tf.constant(1.0) + 1.0
    with pytest.raises(UserError, match="devices cpu:2 must be set up before"):
        devices.strategy_for(device(devices="cpu:2"), 12)


def test_a_share_is_a_contiguous_part_of_every_step():
    batch = (np.arange(24).reshape(2, 6, 2), (np.arange(12).reshape(2, 6),))
    parts = []

    class Strategy:
        @staticmethod
        def experimental_distribute_values_from_function(own):
            parts.extend(own(SimpleNamespace(num_replicas_in_sync=3, replica_id_in_sync_group=r))
                         for r in range(3))
    devices._shares(Strategy, batch)
    np.testing.assert_array_equal(np.concatenate([x for x, _ in parts], 1), batch[0])
    np.testing.assert_array_equal(np.concatenate([y for _, (y,) in parts], 1), batch[1][0])
    np.testing.assert_array_equal(parts[1][1][0], [[2, 3], [8, 9]])


@pytest.mark.parametrize("kind, expected, message", [
    (tf.errors.UnknownError, UserError, "Could not start .*: is the port free"),
    (tf.errors.UnavailableError, Interrupted, "another worker is gone"),
])
def test_a_server_that_does_not_start_is_one_line(monkeypatch, kind, expected, message):
    def start(devices, here):
        raise kind(None, None, "Could not start gRPC server")
    monkeypatch.setenv("TF_CONFIG", SECOND)
    monkeypatch.setattr(devices, "_strategy", start)
    with pytest.raises(expected, match=message):
        devices.strategy_for(device(), 12)


def lost():
    raise tf.errors.UnavailableError(None, None, "at node x\naborted by: Socket closed\nmore")


def test_a_lost_worker_is_one_line_and_a_status_of_its_own(monkeypatch, capsys):
    monkeypatch.setenv("TF_CONFIG", SECOND)
    with pytest.raises(Interrupted, match=r"gone \(Socket closed\); start all of them again"), \
            devices.raise_on_lost_worker():
        lost()

    def train(**given):
        with devices.raise_on_lost_worker():
            lost()
    monkeypatch.setattr(registry, "call", lambda name, words: train())
    assert cli.main(["train"]) == EXIT_RETRY == 75
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "another worker is gone" in said


def test_the_same_error_of_a_single_process_is_none_of_that(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(tf.errors.UnavailableError), devices.raise_on_lost_worker():
        lost()

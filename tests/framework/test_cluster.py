"""TF_CONFIG: who trains together, and which of them this process is."""

import json

import pytest

from framework.cluster import WorkerInfo, worker
from framework.errors import UserError

PAIR = {"worker": ["a:1", "b:1"]}
LED = {"chief": ["c:1"], "worker": ["a:1", "b:1"]}


def described(cluster, job, index):
    return json.dumps({"cluster": cluster, "task": {"type": job, "index": index}})


@pytest.mark.parametrize("text, expected", [
    ("", WorkerInfo(1, 0)),
    (described(PAIR, "worker", 0), WorkerInfo(2, 0)),
    (described(PAIR, "worker", 1), WorkerInfo(2, 1)),
    (described(LED, "chief", 0), WorkerInfo(3, 0)),
    (described(LED, "worker", 0), WorkerInfo(3, 1)),
    (described(LED, "worker", "1"), WorkerInfo(3, 2)),
])
def test_place_and_chief(monkeypatch, text, expected):
    monkeypatch.setenv("TF_CONFIG", text)
    assert worker() == expected
    assert worker().chief == (expected.index == 0)


@pytest.mark.parametrize("text", [
    "{", "[]", "3", json.dumps({"cluster": PAIR}), described(PAIR, "worker", 2),
    described(PAIR, "evaluator", 0), described(PAIR, "ps", 0), described({}, "worker", 0),
    json.dumps({"cluster": PAIR, "task": "worker"}),
])
def test_what_names_no_worker_is_refused(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UserError, match="TF_CONFIG must say in JSON who the workers are"):
        worker()

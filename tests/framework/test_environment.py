"""What a run is computed by."""

import numpy as np

from framework import environment as module
from framework.environment import changes, commit, environment
from framework.processor import cores, described


def test_versions_processor_and_cores_are_named():
    found = environment()
    assert found["numpy"] == np.__version__ and found["keras"].startswith("3.")
    assert found["cores"] == str(cores()) and cores() >= 1
    assert found["processor"] == described()
    assert all(isinstance(value, str) for value in found.values())


def test_without_git_there_is_no_commit(monkeypatch):
    def gone(*words, **settings):
        raise FileNotFoundError("git")
    monkeypatch.setattr(module.subprocess, "run", gone)
    assert commit() == ""


def test_changes_are_named_one_by_one():
    assert changes({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == ["b was 2 and is 3"]
    assert changes({"a": "1"}, {}) == ["a was 1 and is unknown"]

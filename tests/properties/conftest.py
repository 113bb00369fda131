"""How many cases there are: few in `make test`, the same every time; thousands in `make torture`,
by SCOGAN_PROPERTIES=torture."""

import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

EVERY = {"deadline": None, "print_blob": True, "suppress_health_check": [
    HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture,
    HealthCheck.filter_too_much, HealthCheck.large_base_example]}
settings.register_profile("quick", max_examples=25, derandomize=True, database=None, **EVERY)
settings.register_profile("torture", max_examples=700, **EVERY)
settings.load_profile(os.environ.get("SCOGAN_PROPERTIES", "quick"))


@pytest.fixture(autouse=True)
def at_home(tmp_path, monkeypatch):
    """Every test stands in an empty folder of its own, with the cache and temporary files in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path

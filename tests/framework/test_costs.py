"""What a call costs, against calls whose costs are known."""

import time

import numpy as np
import pytest

from framework import costs
from framework.costs import costs_of, peak_memory

HELD = 2**26                    # bytes


def busy(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass
    return "done"


def test_work_and_sleep():
    result, worked = costs_of(lambda: busy(0.1))
    _, slept = costs_of(lambda: time.sleep(0.1))
    assert result == "done" and 0.1 <= worked.core_seconds < 0.5 and worked.seconds > 0.09
    assert slept.seconds >= 0.1 and slept.core_seconds < 0.05


def test_the_peak_is_of_the_call():
    def held():
        return np.ones(HELD, np.uint8)[::HELD // 2].sum()
    _, before = costs_of(lambda: None)
    _, high = costs_of(held)
    _, after = costs_of(lambda: None)
    more = high.peak_mib - before.peak_mib
    assert more == pytest.approx(HELD / 2**20, rel=0.2)
    if costs.RESET.exists():
        assert after.peak_mib < high.peak_mib - more / 2


def test_a_system_that_does_not_tell(monkeypatch, tmp_path):
    """macOS has no /proc: the most since the process began."""
    usual = peak_memory()
    for name in ("STATUS", "RESET"):
        monkeypatch.setattr(costs, name, tmp_path / "none" / name)
    assert usual / 2 < peak_memory() < 2**40
    assert costs_of(lambda: 3)[0] == 3

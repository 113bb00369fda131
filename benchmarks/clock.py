"""How long an iteration takes, whichever library computes it; imports no library itself."""

import math
import resource
import time
from collections.abc import Callable


def timed(iterate: Callable[[int], float], done: Callable[[], object], least: float) -> dict:
    """Calls `iterate` for `least` seconds, but twice at least: seconds per iteration of the wall
    and of all cores, and the share of the former that went by waiting for a batch. Two iterations
    before that warm it up; `first` is when the first of them was done, `time.time()`.

    iterate: runs iteration number i, returns the seconds for which it waited. done: returns when
    what was begun is done.
    """
    iterate(0)
    done()
    first, began = time.time(), time.perf_counter()
    iterate(1)
    done()
    count = max(2, math.ceil(least / (time.perf_counter() - began)))
    began, used = time.perf_counter(), time.process_time()
    waited = sum(iterate(i + 2) for i in range(count))
    done()
    spent, used = time.perf_counter() - began, time.process_time() - used
    return {"seconds": spent / count, "core_seconds": used / count, "waiting": waited / spent,
            "first": first}


def resident_mib() -> float:
    """The most MiB of the machine's memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def repeated(warm: Callable[[], object], call: Callable[[], object], least: float) -> dict:
    """Calls `warm` once, and `call` for `least` seconds, but once at least: seconds per call of
    the wall and of all cores, and under `value` what the last one returned."""
    warm()
    began, used, count = time.perf_counter(), time.process_time(), 0
    while True:
        value, count = call(), count + 1
        spent = time.perf_counter() - began
        if spent >= least:
            used = time.process_time() - used
            return {"seconds": spent / count, "core_seconds": used / count, "value": value}

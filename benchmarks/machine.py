"""What the machine is, and how much of it is free."""

import os
import platform
import subprocess
import sys

from framework.processor import cores, prefer_onednn

SPIN = """
import time
wall, own = time.perf_counter(), time.process_time()
while time.perf_counter() - wall < {seconds}:
    pass
print((time.process_time() - own) / (time.perf_counter() - wall))
"""
IDLE = 0.95                     # share of the cores from which on timings are good


def free_share(count: int, seconds: float = 1.0) -> float:
    """The share of `count` cores that processes who want all of them get, in [0, 1]."""
    command = [sys.executable, "-c", SPIN.format(seconds=seconds)]
    spinning = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
                for _ in range(count)]
    shares = [float(each.communicate()[0]) for each in spinning]
    return min(1.0, sum(shares) / count)


def described(threads: int, share: float) -> str:
    """One line on cores, load and what is free."""
    load = os.getloadavg()[0]
    return (f"{platform.machine()}, {cores()} cores, load average {load:.1f}; "
            f"{threads} threads get {100 * share:.0f} % of a core each")


def environment(threads: int) -> dict[str, str]:
    """The environment of a measurement that computes with `threads` threads.

    With as many as there are cores nothing is set, as in a user's run.
    """
    names = "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"
    prefer_onednn()
    each = {} if threads == cores() else {name: str(threads) for name in names}
    return {"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, **each}

"""The tests of what computes, under settings in which a processor computes otherwise.

    python -m tests.processors [--settings NAME ...] [--parts PART ...] [--jobs N]

Other instructions and other numbers of threads add in another order, so results differ in their
last bits. A test that fails under one setting here would fail on the processor it stands for.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPUTES = ("losses", "penalties", "metrics", "nets", "style", "figures", "trainers",
            "data/test_resident.py", "framework/test_autodiff.py", "framework/test_random.py",
            "benchmarks")
WAITS = ("data", "commands", "framework", "reproduce", "test_main.py", "trainers/test_resume.py")
COMPILES = ("trainers/test_xla.py", "trainers/test_precision.py")


@dataclass(frozen=True)
class Setting:
    environment: dict[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = COMPUTES
    slowness: int = 1                # how many times slower the clock of the processor appears


def threads(count: int) -> dict[str, str]:
    return dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS",
                          "OPENBLAS_NUM_THREADS"), str(count))


def old_numpy() -> dict[str, str]:
    """numpy as on a processor with no more than numpy is built for."""
    from numpy._core._multiarray_umath import __cpu_dispatch__
    return {"OPENBLAS_CORETYPE": "NEHALEM", "NPY_DISABLE_CPU_FEATURES": " ".join(__cpu_dispatch__)}


NO_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}
SETTINGS = {
    "as-it-is": Setting(),
    "onednn-avx2": Setting({"ONEDNN_MAX_CPU_ISA": "AVX2"}),
    "onednn-sse41": Setting({"ONEDNN_MAX_CPU_ISA": "SSE41"}),
    "no-onednn": Setting(NO_ONEDNN),
    "no-onednn-one-thread": Setting(NO_ONEDNN | threads(1)),
    "one-thread": Setting(threads(1)),
    "two-threads": Setting(threads(2)),
    "old-numpy": Setting(old_numpy()),
    "xla-sse42": Setting({"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"}, COMPILES),
    "slow-clock": Setting(threads(1), WAITS, slowness=3),
}


def slowed(run: subprocess.Popen, slowness: int) -> None:
    """Lets a group of processes run during one of `slowness` parts of the time, until it ends."""
    while run.poll() is None:
        for number, seconds in ((signal.SIGSTOP, 0.02 * (slowness - 1)), (signal.SIGCONT, 0.02)):
            os.killpg(run.pid, number)
            time.sleep(seconds)


def tested(setting: Setting, part: str) -> tuple[int, int, float, str]:
    """(passed, failed, seconds, what pytest printed if it failed) of a part under a setting."""
    start = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-m", "not slow", "--durations=1", "--tb=short",
               f"tests/{part}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env=os.environ | setting.environment,
                          start_new_session=True) as run, ThreadPoolExecutor(1) as pool:
        if setting.slowness > 1:
            pool.submit(slowed, run, setting.slowness)
        output = run.communicate()[0]
    last = (output.splitlines() or [""])[-1]
    passed, failed, errors = (sum(map(int, re.findall(rf"(\d+) {word}", last)))
                              for word in ("passed", "failed", "error"))
    if run.returncode:
        failed = max(failed + errors, 1)          # also where pytest did not come to its last line
    return passed, failed, time.monotonic() - start, output if run.returncode else ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--parts", nargs="+", help="folders or files of tests/")
    parser.add_argument("--jobs", type=int, default=1, help="parts that run at a time")
    args = parser.parse_args()

    def row(name, part):
        passed, failed, seconds, output = tested(SETTINGS[name], part)
        print(f"{output}{name:22}{part:28}{passed:5} passed {failed:4} failed {seconds:7.0f} s",
              flush=True)
        return passed, failed, seconds

    with ThreadPoolExecutor(args.jobs) as pool:
        rows = {name: [pool.submit(row, name, part)
                       for part in args.parts or SETTINGS[name].parts] for name in args.settings}
        table = {name: [sum(column) for column in zip(*(done.result() for done in found),
                                                      strict=True)]
                 for name, found in rows.items()}
    print(f"\n{'setting':22}{'passed':>8}{'failed':>8}{'seconds':>9}")
    for name, (passed, failed, seconds) in table.items():
        print(f"{name:22}{passed:8}{failed:8}{seconds:9.0f}")
    return int(any(failed for _, failed, _ in table.values()))


if __name__ == "__main__":
    sys.exit(main())

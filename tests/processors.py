"""The tests of what computes, under settings in which a processor computes otherwise.

    python -m tests.processors [--settings NAME ...] [--parts PART ...]

Other instructions and other numbers of threads add in another order, so results differ in their
last bits. A test that fails under one setting here would fail on the processor it stands for.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("losses", "penalties", "metrics", "nets", "style", "figures", "trainers")


def threads(count: int) -> dict:
    return dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS",
                          "OPENBLAS_NUM_THREADS"), str(count))


def old_numpy() -> dict:
    """numpy as on a processor with no more than numpy is built for."""
    from numpy._core._multiarray_umath import __cpu_dispatch__
    return {"OPENBLAS_CORETYPE": "NEHALEM", "NPY_DISABLE_CPU_FEATURES": " ".join(__cpu_dispatch__)}


SETTINGS = {
    "as-it-is": {},
    "onednn-avx2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    "onednn-sse41": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "no-onednn": {"TF_ENABLE_ONEDNN_OPTS": "0"},
    "one-thread": threads(1),
    "two-threads": threads(2),
    "old-numpy": old_numpy(),
}


def tested(setting: str, part: str) -> tuple[int, int, float]:
    """(passed, failed, seconds) of a part under a setting; what fails is printed."""
    start = time.monotonic()
    run = subprocess.run([sys.executable, "-m", "pytest", "-m", "not slow", "--durations=1",
                          "--tb=short", f"tests/{part}"], cwd=ROOT, capture_output=True, text=True,
                         env=os.environ | SETTINGS[setting])
    seconds = time.monotonic() - start
    last = (run.stdout.splitlines() or [""])[-1]
    passed, failed, errors = (sum(map(int, re.findall(rf"(\d+) {word}", last)))
                              for word in ("passed", "failed", "error"))
    if run.returncode:
        print(f"--- {part} under {setting}\n{run.stdout}{run.stderr[-2000:]}", flush=True)
        failed = max(failed + errors, 1)          # also where pytest did not come to its last line
    return passed, failed, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--settings", nargs="+", choices=SETTINGS, default=list(SETTINGS))
    parser.add_argument("--parts", nargs="+", default=PARTS, help="folders or files of tests/")
    args = parser.parse_args()
    rows = []
    for setting in args.settings:
        for part in args.parts:
            rows.append((setting, part, *tested(setting, part)))
            print("{:14}{:30}{:5} passed {:4} failed {:7.0f} s".format(*rows[-1]), flush=True)
    print(f"\n{'setting':14}{'passed':>8}{'failed':>8}{'seconds':>9}")
    for setting in args.settings:
        counts = [row[2:] for row in rows if row[0] == setting]
        print("{:14}{:8}{:8}{:9.0f}".format(setting, *map(sum, zip(*counts, strict=True))))
    return int(any(row[3] for row in rows))


if __name__ == "__main__":
    sys.exit(main())

"""Measurements that take turns, each in a process of its own."""

import json
import subprocess
import sys
import time
from statistics import median
from typing import NamedTuple

from tqdm import tqdm

from benchmarks import peer_plan
from benchmarks.machine import environment
from benchmarks.measure import configured


class Found(NamedTuple):
    """What the turns of one run gave, and the peaks in GFLOP/s that were measured between them;
    why there is nothing in `failure`."""

    each: list
    peaks: list
    failure: str = ""

    def middle(self, key: str) -> float:
        """The median of what `benchmarks.measure` calls `key`."""
        return median(m[key] for m in self.each)

    def span(self, key: str) -> str:
        """The least and the most of it."""
        values = [m[key] for m in self.each]
        return f"{min(values):.3f} .. {max(values):.3f}"

    def times(self, other: "Found") -> float:
        """How many times as long as `other` it takes: the median over the rounds, in each of
        which both were measured one soon after the other."""
        return median(a["seconds"] / b["seconds"]
                      for a, b in zip(self.each, other.each, strict=True))

    @property
    def flop(self) -> int:
        """FLOP of an iteration (`benchmarks.work`)."""
        return sum(self.each[0]["work"].values())

    @property
    def useful(self) -> int:
        """The same without products with the padding's zeros."""
        return self.each[0]["useful"]

    def share(self, flop: float) -> float:
        """The share of the best float32 peak at which `flop` are done in an iteration."""
        return flop / self.middle("seconds") / 1e9 / max(p["float32"] for p in self.peaks)

    def core_share(self, flop: float) -> float:
        """The same of the time that cores were at work, which leaves out that they waited: for
        each other, for Python, or for other programs."""
        return flop / self.middle("core_seconds") / 1e9 / max(p["core"] for p in self.peaks)


def measurement(way: str, flags, seconds: float, threads: int) -> dict:
    """What a process of `benchmarks.measure` or `benchmarks.torch_peer` answers, `start` being the
    seconds until its first iteration was done; or the last line of its complaint under
    `failure`."""
    command, told = [sys.executable, "-m", "benchmarks.measure", way, str(seconds), *flags], None
    if way == "torch":
        command = [peer_plan.python(), "-m", "benchmarks.torch_peer", "time", str(seconds)]
        told = json.dumps(peer_plan.plan(configured(way, flags)))
    began = time.time()
    found = answered(command, threads, told)
    return found | {"start": found["first"] - began} if "first" in found else found


def answered(command: list[str], threads: int, told: str | None = None) -> dict:
    """The JSON in the last line that a process of `threads` threads prints, or the last line of
    its complaint under `failure`. told: what it reads."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment(threads),
                          input=told)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        return {"failure": said[-1][:300]}
    return json.loads(done.stdout.splitlines()[-1])


def alternated(runs: dict, rounds: int, seconds: float, threads: int) -> dict[str, Found]:
    """Measures `runs`, a name to (way, flags), in turns (A B A B), and in every round the peak.

    A run that fails has no further turn. Raises RuntimeError if the peak cannot be measured.
    """
    peaks = []
    found = {name: Found([], peaks) for name in runs}
    with tqdm(total=rounds * (1 + len(runs)), leave=False, disable=None) as bar:
        for _ in range(rounds):
            peaks.append(measurement("peak", (), seconds, threads))
            if "failure" in peaks[-1]:
                raise RuntimeError(peaks[-1]["failure"])
            bar.update()
            for name, (way, flags) in runs.items():
                bar.update()
                if found[name].failure:
                    continue
                got = measurement(way, flags, seconds, threads)
                if "failure" in got:
                    found[name] = found[name]._replace(failure=got["failure"])
                else:
                    found[name].each.append(got)
    return found

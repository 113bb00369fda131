"""What a call costs: time, work and memory."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")    # of Linux
PEAK = "5"                      # what sets the peak back to what is held now


class Costs(NamedTuple):
    """seconds: of the clock. core_seconds: of all cores together, which hardly depend on what else
    the machine does. peak_mib: the most memory that the process held meanwhile, in MiB, all that
    it held before included; where the system cannot tell that, the most since it began."""

    seconds: float
    core_seconds: float
    peak_mib: float


def costs_of(function: Callable[[], Any]) -> tuple[Any, Costs]:
    """The result of a call and its costs."""
    with suppress(OSError):
        RESET.write_text(PEAK)
    wall, cores = time.perf_counter(), time.process_time()
    result = function()
    return result, Costs(time.perf_counter() - wall, time.process_time() - cores,
                         peak_memory() / 2**20)


def peak_memory() -> int:
    """The most bytes that this process has held, on Linux since the last call of `costs_of`."""
    with suppress(OSError, StopIteration):
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return 1024 * int(line.split()[1])
    import resource  # here, since Windows lacks it

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most

"""`make torture`: faults of every kind over every kind of training, each resumed to the end.

    python -m tests.torture --faults 1000 --seed 0 --jobs 2
    python -m tests.torture --story "gan:0-17"        # one of them again
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from multiprocessing import get_context
from pathlib import Path

from tests.torture import zygote
from tests.torture.kinds import KINDS
from tests.torture.story import FAULTS, Place, Story


def options():
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--faults", type=int, default=1000, help="how many, in all")
    parser.add_argument("--seed", type=int, default=0, help="the same faults again")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    parser.add_argument("--kinds", default="", help="of training, with commas (default: all)")
    parser.add_argument("--only", default="", help="faults, with commas (default: all)")
    parser.add_argument("--exact", action="store_true", help="without a clock")
    parser.add_argument("--story", default="", help="one alone, as a failure names it")
    parser.add_argument("--folder", default="", help="where the runs lie; kept")
    return parser.parse_args()


def main() -> int:
    asked, began = options(), time.monotonic()
    chosen, faults = named(asked.kinds, KINDS), named(asked.only, FAULTS)
    zygote.prepare()
    place = Path(asked.folder or tempfile.mkdtemp(prefix="torture-")).absolute()
    place.mkdir(exist_ok=True)
    os.environ["SCOGAN_CACHE"] = str(place / "cache")
    zygote.child(draw_pictures, place)
    if asked.story:
        return tell_one(Place(place), asked, faults)

    # The unbroken runs; one kind is the classifier of another.
    first = ["classifier"] if any("{classifier}" in KINDS[kind] for kind in chosen) else []
    together(1, first, Place(place).make_reference)
    together(asked.jobs, [k for k in chosen if k not in first], Place(place).make_reference)
    print(f"{len(chosen)} unbroken runs after {time.monotonic() - began:.0f} s", flush=True)

    # Stories, until there were enough faults.
    results = tell(Place(place), chosen, faults, asked)
    failures = [row for row in results if row[3]]
    print(table(results, chosen, faults))
    for kind, seed, happened, failure in failures:
        print(f"FAILED --story {kind!r}:{seed} ({', '.join(happened)}): {failure}\n"
              f"    {place / f'story {seed}'}")
    count = sum(len(row[2]) for row in results)
    print(f"{count} faults in {len(results)} runs, {len(failures)} failures, "
          f"{time.monotonic() - began:.0f} s")
    if not failures and not asked.folder:
        shutil.rmtree(place)
    return bool(failures)


def named(text, known):
    names = [name.strip() for name in text.split(",") if name.strip()] or list(known)
    if unknown := set(names) - set(known):
        sys.exit(f"unknown: {', '.join(unknown)}; known are: {', '.join(known)}")
    return names


def tell_one(place, asked, faults) -> int:
    kind, _, seed = asked.story.rpartition(":")
    if not (place.folder / f"{kind}.json").exists():
        together(1, [k for k in ("classifier", kind)], place.make_reference)
    story = Story(place, kind, seed, faults, asked.exact)
    shutil.rmtree(story.folder, ignore_errors=True)
    failure = story.tell()
    print("\n".join(story.log))
    return bool(failure)


def draw_pictures(place) -> int:
    import cv2
    import numpy as np
    rng = np.random.default_rng(8)
    for name, count in (("photos", 12), ("paintings", 9)):
        (place / name).mkdir(exist_ok=True)
        for k in range(count):
            coarse = rng.integers(0, 256, (5, 5, 3), np.uint8)
            cv2.imwrite(str(place / name / f"{k}.png"), cv2.resize(coarse, (24, 24)))
    return 0


def together(jobs: int, items: list, function) -> None:
    """`function` of every item, in forks of this process; the first failure ends all."""
    waiting, running = list(items), {}
    while waiting or running:
        while waiting and len(running) < jobs:
            item = waiting.pop(0)
            running[fork(lambda item=item: function(item))] = item
        pid, status = os.wait()
        item = running.pop(pid)
        if status:
            stop(running)
            sys.exit(f"{item}: failed")


def tell(place, chosen, faults, asked) -> list[list]:
    """Stories by `jobs` processes, each of the next number, until `faults` came to pass:
    rows of (kind, seed, faults, failure)."""
    context = get_context("fork")
    number, came = context.Value("i", 0), context.Value("i", 0)
    output = place.folder / "results"
    output.mkdir(exist_ok=True)

    def work():
        while came.value < asked.faults:
            with number.get_lock():
                mine, number.value = number.value, number.value + 1
            seed = f"{asked.seed}-{mine}"
            story = Story(place, chosen[mine % len(chosen)], seed, faults, asked.exact)
            failure = story.tell()
            with came.get_lock():
                came.value += len(story.happened)
            (output / str(mine)).write_text(
                json.dumps([story.kind, seed, story.happened, failure]))
            if failure:
                print(f"{story.kind} {seed}: {failure}", flush=True)
    running = [fork(work) for _ in range(asked.jobs)]
    shown = 0
    while running:
        pid, _ = os.waitpid(-1, os.WNOHANG)
        if pid:
            running.remove(pid)
        if came.value >= shown + 50:
            shown = came.value
            print(f"{shown} faults", flush=True)
        time.sleep(0.2)
    written = sorted(output.iterdir(), key=lambda path: int(path.name))
    return [json.loads(path.read_text()) for path in written]


def fork(function) -> int:
    """A process that calls `function` and ends; its number."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        function()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def stop(running) -> None:
    for pid in running:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def table(results, chosen, faults) -> str:
    """Kind x fault: how often, and how many of them were in a run that failed."""
    count, failed = Counter(), Counter()
    for kind, _, happened, failure in results:
        for fault in happened:
            count[kind, fault] += 1
        if failure:
            failed[kind, failure.partition(":")[0]] += 1
    columns = [*faults, "the end"]
    wide = max(map(len, [*chosen, "failures in brackets"])) + 1
    rows = ["".join([f"{'failures in brackets':{wide}}", *(f"{c:>14}" for c in columns)])]
    for kind in chosen:
        cells = (f"{count[kind, c] or '-'}{f' ({failed[kind, c]})' if failed[kind, c] else ''}"
                 for c in columns)
        rows.append("".join([f"{kind:{wide}}", *(f"{cell:>14}" for cell in cells)]))
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())

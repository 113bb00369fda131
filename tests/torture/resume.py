"""One training unbroken, and in two halves again and again, while every core has other work.

    python -m tests.torture.resume --times 20

All ends are the same bit for bit. Where they are not, it says which variables differ, and in
which iteration a term did so first.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.torture import compare, zygote

ITERATIONS, LIMIT = 24, 900     # seconds, of a training beside other work
WORDS = (f"--gan_type scogan --dataset glyph2edge --preset none --width 0.03 --batch_size 16 "
         "--generator digit_small --discriminator digit "
         f"--limit_data 200 --feature_weight 1 --cycle_weight 1 --log_every 1 "
         f"--checkpoint_every {ITERATIONS // 2} --sample_every {ITERATIONS} "
         "--no_sample_early --no_tensorboard"
         ).split()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture.resume", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="trainings in two halves")
    asked = parser.parse_args()
    zygote.prepare(threads={})
    busy = [spin() for _ in range(os.cpu_count() or 1)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            differing = repeat(Path(folder), asked.times)
    finally:
        for pid in busy:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
    print(f"{differing} of {asked.times} trainings in halves differ from the unbroken one")
    return bool(differing)


def repeat(folder: Path, times: int) -> int:
    """Trains once unbroken and `times` times in halves; how many of these end otherwise."""
    unbroken, differing = folder / "unbroken", 0
    train(unbroken, ITERATIONS)
    for number in range(1, times + 1):
        run = folder / f"in halves {number}"
        train(run, ITERATIONS // 2)
        train(run, ITERATIONS)
        if said := apart(unbroken, run):
            differing += 1
            print(f"{run.name}: {said}", flush=True)
    return differing


def train(run: Path, iterations: int) -> None:
    """Trains or goes on with `run` in a child, up to `iterations`."""
    words = [*WORDS, "--run", str(run), "--iterations", str(iterations)]
    ended = zygote.child(zygote.train, words, limit=LIMIT)
    if ended.status != 0:
        raise RuntimeError(f"{run.name} ended with {ended.status}: {ended.text}")


def apart(unbroken: Path, run: Path) -> str:
    """How the end of `run` differs from that of the unbroken one; empty for not at all."""
    output = run.with_suffix(".json")
    ended = zygote.child(compare.write_apart, unbroken, run, ITERATIONS, output)
    if ended.status != 0:
        raise RuntimeError(ended.text)
    return output.read_text()


def spin() -> int:
    """A process that works for ever; its number."""
    pid = os.fork()
    while pid == 0:
        pass
    return pid


if __name__ == "__main__":
    sys.exit(main())

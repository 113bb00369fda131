"""Seconds per iteration and peak memory of a preset, compiled and not.

    python -m benchmarks.iteration --preset 5.2-mnist2svhn-slfr --iterations 3 --rounds 3

Each measurement is a process of its own, so that its peak memory is its own; the modes
alternate (A B A B ...) and medians are quoted. The data are noise of the right shape: an
iteration's cost does not depend on what is in the pictures. Terms that read the images with a
frozen classifier or VGG are left out, since their weights are not at hand everywhere.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time


def measure(preset: str, mode: str, iterations: int, flags: list[str]) -> dict:
    """Times `iterations` iterations after two to warm up; seconds each and peak MiB."""
    import numpy as np
    import tensorflow as tf

    from data.domain import Domain
    from data.registry import domain_names
    from framework.config import resolve
    from framework.devices import compiled
    from nets.architectures import GENERATORS
    from trainers.coupled import build

    reading = [word for name in ("semantic", "balance", "content", "style")
               for word in (f"--{name}_weight", "0")]
    config = resolve(["--preset", preset, "--run", os.devnull + "/none",
                      "--classifier_noise", "0", "--balance_perceptual", "0", *reading, *flags])
    names = domain_names(config.dataset, config.domains, config.data_dir)
    shape = GENERATORS.find("digit" if config.generator == "auto" else config.generator).image_shape
    noise = np.random.default_rng(0).integers(0, 256, (config.batch_size, *shape), np.uint8)
    trainer = build(config, [Domain(name, noise) for name in names])
    step = compiled(trainer.iterate, mode)
    batch = tuple(np.stack([noise] * config.critic_steps) for _ in names)
    for i in range(2):
        step(tf.constant(i, tf.int64), batch)
    began = time.perf_counter()
    for i in range(iterations):
        terms = step(tf.constant(i + 2, tf.int64), batch)
    float(next(iter(terms.values())))
    return {"seconds": (time.perf_counter() - began) / iterations,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--preset", default="demo")
    parser.add_argument("--modes", default="graph,none", help="of graph, none, xla")
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    args, flags = parser.parse_known_args()
    if args.measure:
        print(json.dumps(measure(args.preset, args.measure, args.iterations, flags)))
        return
    modes = args.modes.split(",")
    found = {mode: [] for mode in modes}
    for _ in range(args.rounds):
        for mode in modes:
            command = [sys.executable, "-m", "benchmarks.iteration", "--preset", args.preset,
                       "--iterations", str(args.iterations), "--measure", mode, *flags]
            out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[mode].append(json.loads(out.splitlines()[-1]))
    load = os.getloadavg()[0]
    print(f"{args.preset} {' '.join(flags)}: medians of {args.rounds} alternated rounds of "
          f"{args.iterations} iterations; load average {load:.1f} on {os.cpu_count()} cores")
    print(f"{'mode':8}{'s / iteration':>15}{'min .. max':>18}{'peak MiB':>10}")
    for mode, each in found.items():
        seconds = [m["seconds"] for m in each]
        span = f"{min(seconds):.3f} .. {max(seconds):.3f}"
        peak = statistics.median(m["peak_mib"] for m in each)
        print(f"{mode:8}{statistics.median(seconds):>15.3f}{span:>18}{peak:>10.0f}")


if __name__ == "__main__":
    main()

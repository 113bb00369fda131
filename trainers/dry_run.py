"""`main.py --dry_run`: what a training would be and take, from a few iterations of which nothing
is kept."""

import resource
import sys
import time
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from config.options import BY_NAME
from config.sections import Config
from data.domain import Domain
from framework.devices import compiled
from framework.text import text_table
from trainers.kinds import TRAINERS, Trainer
from trainers.pseudo import learned_domains

ITERATIONS = 5                  # that are timed, after the first, which is compiled


def main(config: Config, domains: Sequence[Domain]) -> None:
    """Prints the options that are not at their default, the sizes of the nets, and what an
    iteration and the whole would take in time, memory and disk on this machine.

    A classifier that a term reads with is trained if the cache has none, and stays there. What
    devices share, parents and pictures are not counted. Raises UserError as a training does.
    """
    for d in domains:
        print(f"{d.name}: {len(d)} of {' x '.join(map(str, d.images.shape[1:]))}")
    learned = learned_domains(config, domains)
    training = TRAINERS.find(config.experiment.gan_type)(config, learned)
    print("\n" + text_table(("option", "value"), changed(config)))
    print("\n" + text_table(("kept in a checkpoint", "numbers"), sizes(training.trainer)))
    first, each = timed(training, config.device.compile)
    total = first + each * config.training.iterations
    bytes_of_state = sum(4 * count for _, count in counts(training.trainer))
    checkpoints = config.output.keep_checkpoints + bool(config.output.keep_best)
    print(f"\nan iteration takes {each:.3f} s, the first {first:.1f} s; "
          f"{config.training.iterations} of them {duration(total)}"
          + (f", and its parent's {config.nets.parent_iterations} come before"
             if config.nets.parent_iterations else "")
          + f"; memory {memory() / 2**30:.1f} GiB at most, on disk about "
          f"{(checkpoints + 1) * bytes_of_state / 2**20:.1f} MiB beside pictures. Nothing is kept.")


def changed(config: Config) -> list[tuple[str, str]]:
    """(name, value) of the options that are not at their default."""
    return [(name, str(value)) for name, value in config.values().items()
            if value != BY_NAME[name].default and name != "run"]


def counts(trainer: Trainer) -> list[tuple[str, int]]:
    """(name, numbers in it) of the parts of a trainer's state that hold any."""
    found = [(name, sum(int(np.prod(v.shape)) for v in variables))
             for name, variables in trainer.state().items()]
    return [(name, count) for name, count in found if count]


def sizes(trainer: Trainer) -> list[tuple[str, str]]:
    """`counts` as one reads them."""
    return [(name, f"{count:,}") for name, count in counts(trainer)]


def timed(training, compile: str) -> tuple[float, float]:
    """Seconds of the first iteration and the median of the next ITERATIONS."""
    step, seconds = compiled(training.trainer.iterate, compile), []
    for i in range(1 + ITERATIONS):
        batch, began = training.batches(i), time.perf_counter()
        terms = step(tf.constant(np.int64(i)), batch)
        for value in terms.values():
            float(value)                        # waits for the device
        seconds.append(time.perf_counter() - began)
    return seconds[0], float(np.median(seconds[1:]))


def memory() -> int:
    """The most bytes that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def duration(seconds: float) -> str:
    """Such as 50 s, 12 min or 3.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

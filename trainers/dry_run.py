"""`main.py --dry_run`: what a training would be and take, from a few iterations of which nothing
is kept."""

import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from config.options import BY_NAME
from config.requirements import OWN_CLASSIFIER
from config.sections import Config
from data.domain import Domain
from data.repeated import described
from framework.costs import peak_memory
from framework.devices import compiled
from framework.progress import progress
from framework.text import text_table
from trainers.classifier import untrained_classifier
from trainers.kinds import TRAINERS, Trainer, Training
from trainers.parent import parent_config
from trainers.precision import for_this_machine
from trainers.pseudo import learned_domains

ITERATIONS = 5                  # that are timed, after the first, which is compiled
ENOUGH = 10                     # seconds of these, after which fewer do


def main(config: Config, domains: Sequence[Domain]) -> None:
    """Prints the options that are not at their default, the sizes of the nets, and what an
    iteration and the whole would take in time, memory and disk on this machine.

    In the place of a classifier that would be trained before the run stands one that has learned
    nothing: only its time is of interest. What devices share and pictures are not counted. Raises
    UserError as a training does.
    """
    config = for_this_machine(config)
    print(*described(domains), sep="\n")
    with untrained_classifier(config, domains) as standing:
        learned = learned_domains(standing, domains)
        training = TRAINERS.find(config.experiment.gan_type)(standing, learned)
        print("\n" + text_table(("option", "value"), changed(config)))
        print("\n" + text_table(("kept in a checkpoint", "numbers"), sizes(training.trainer)))
        took = estimate(standing, learned, training)
    bytes_of_state = sum(4 * count for _, count in counts(training.trainer))
    checkpoints = config.output.keep_checkpoints + bool(config.output.keep_best)
    print(f"\nan iteration takes {took.each:.3f} s, the first {took.first:.1f} s; "
          f"{iterations_of(config)} {duration(took.total)}; memory {peak_memory() / 2**30:.1f} GiB "
          f"at most, on disk about {(checkpoints + 1) * bytes_of_state / 2**20:.1f} MiB beside "
          "pictures. Nothing is kept.")
    if OWN_CLASSIFIER.met(config.values()):
        print("The classifier that is trained before, once for all runs, is not counted.")


class Estimate(NamedTuple):
    """Seconds: of the first iteration, which is compiled, of each other, and of all of them with
    those of a parent that is trained before."""

    first: float
    each: float
    total: float


def estimate(config: Config, domains: Sequence[Domain],
             training: Training | None = None) -> Estimate:
    """How long the training of `config` takes on this machine, by a few iterations of it and of
    its parent. domains: as `learned_domains` gives them. training: of the two, if it is there.
    Pictures, monitors and checkpoints are not counted."""
    training = training or TRAINERS.find(config.experiment.gan_type)(config, domains)
    first, each = timed(training, config.device.compile)
    total = first + each * config.training.iterations
    if config.nets.parent_iterations:
        parent = parent_config(config, domains[0].images.shape[1:])
        some = domains[:1] if config.nets.parent_type == "gan" else domains
        total += estimate(parent, learned_domains(parent, some)).total
    return Estimate(first, each, total)


def iterations_of(config: Config) -> str:
    """How many iterations `config` asks for, in words."""
    parent = config.nets.parent_iterations
    return f"{config.training.iterations} of them" + f", after {parent} of a parent," * bool(parent)


def in_short(config: Config, domains: Sequence[Domain]) -> str:
    """One line of what `estimate` finds; domains: as they are loaded."""
    with untrained_classifier(config, domains) as standing:
        took = estimate(standing, learned_domains(standing, domains))
    return (f"measured here: {took.each:.3f} s an iteration, {iterations_of(config)} about "
            f"{duration(took.total)}")


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
    """Seconds of the first iteration and the median of the next ITERATIONS, or of as many as
    ENOUGH seconds hold."""
    step, seconds = compiled(training.trainer.iterate, compile), []
    with progress(1 + ITERATIONS, "measuring (the first is compiled)", "iterations") as bar:
        for i in range(1 + ITERATIONS):
            batch, began = training.batches(i), time.perf_counter()
            terms = step(tf.constant(np.int64(i)), batch)
            for value in terms.values():
                float(value)                    # waits for the device
            seconds.append(time.perf_counter() - began)
            bar.update()
            if sum(seconds[1:]) > ENOUGH:
                break
    return seconds[0], float(np.median(seconds[1:]))


def duration(seconds: float) -> str:
    """Such as 50 s, 12 min or 3.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

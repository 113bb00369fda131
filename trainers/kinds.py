"""The kinds of training by name (`--gan_type`), and what each makes of a run's options."""

from collections.abc import Callable
from typing import Any, NamedTuple

from framework.registry import Registry


class Training(NamedTuple):
    """What a kind of training gives to the loop of `trainers.loop.fit`.

    trainer: has `iterate(iteration, batch)`, `state()` and `export(folder)`. batches: from an
    iteration's number to its batch. picture: draws the samples as they are now, uint8. report:
    measures what was trained, as a dict for metrics.json; None where nothing is measured.
    """

    trainer: Any
    batches: Callable
    picture: Callable
    report: Callable | None = None


# name -> a function of (config, domains) to a Training. It raises UserError where they do not
# fit, before a run's folder is created.
TRAINERS = Registry("gan_type", package="trainers")

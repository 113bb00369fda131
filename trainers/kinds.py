"""The kinds of training by name (`--gan_type`), and what each makes of a run's options."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from framework.registry import Registry

Picture = Callable[[], np.ndarray]      # draws, uint8 [H, W, 3]


class Trainer(Protocol):
    """What the loop of `trainers.loop.fit` repeats, saves and exports.

    One that draws random numbers of its own keeps their seed as `seed`: where it goes back, the
    loop gives it another one before the iteration is compiled again.
    """

    def iterate(self, iteration: Any, batch: Any) -> dict[str, Any]:
        """Runs iteration number `iteration`, a scalar tensor, on its batch; the terms by name,
        scalars. Compiled as one step, so it is made of TensorFlow's operations."""
        ...

    def state(self) -> dict[str, list]:
        """The variables that a checkpoint must hold to go on exactly, in named lists."""
        ...

    def export(self, folder: Path) -> None:
        """Writes the nets that others load."""


class Page(Protocol):
    """What shows a run to people while it trains."""

    def write(self, now: bool = False) -> None:
        """Shows the run as it is, if that is due or `now` is set."""


class Training(NamedTuple):
    """What a kind of training gives to the loop.

    batches: from an iteration's number to its batch. picture: draws the samples as they are now.
    report: measures what was trained, as a dict for metrics.json; None where
    nothing is measured.
    """

    trainer: Trainer
    batches: Callable[[int], Any]
    picture: Picture
    report: Callable[[], dict] | None = None


# name -> a function of (config, domains) to a Training. It raises UserError where they do not
# fit, before a run's folder is created.
TRAINERS = Registry("gan_type", package="trainers")

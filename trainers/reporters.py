"""What a run shows of itself while it trains: its log, its pictures and TensorBoard."""

from typing import Protocol

import numpy as np
import tensorflow as tf

from config.run import Run
from framework.errors import NotFinite
from framework.history import MONITOR_PREFIX, History
from framework.plots import loss_plot, save_png


class Reporter(Protocol):
    """What the loop tells of every iteration, in the process that writes and in the others."""

    def start(self, done: int) -> None:
        """Forgets what was logged after `done` iterations."""

    def note(self, iteration: int, terms: dict) -> None:
        """Keeps an iteration's terms without waiting for the device."""

    def log(self) -> dict[str, float]:
        """Reads what was noted; returns the newest terms, and of the monitors the last that were
        measured. Raises NotFinite when one is no longer finite: training cannot recover from that,
        and the checkpoints from before are kept."""
        ...

    def picture(self, iteration: int) -> None:
        """Draws the samples as they are now."""

    def plot(self) -> None:
        """Redraws the plot of what was logged."""


def check_finite(run: Run, iteration: int, terms: dict[str, float]) -> None:
    """Raises NotFinite for a term that is not finite."""
    broken = [name for name, value in terms.items() if not np.isfinite(value)]
    if broken:
        raise NotFinite(f"{broken[0]} is no longer finite at iteration {iteration}; "
                        f"the last good checkpoint is in {run.checkpoints}")


class ChiefReporter:
    """Writes losses.csv and .png, sample pictures and TensorBoard's events; see `Reporter`.

    picture: a function that draws the samples as they are now, uint8 [H, W, 3].
    """

    def __init__(self, run: Run, picture, tensorboard: bool):
        self.run, self.draw = run, picture
        self.history = History(run.losses_csv)
        self.writer = tf.summary.create_file_writer(str(run.tensorboard)) if tensorboard else None
        self.pending: list[tuple[int, dict]] = []
        self.monitored: dict[str, float] = {}

    def start(self, done: int) -> None:
        self.history.truncate(done)
        if done == 0:
            save_png(self.run.samples / "000000.png", self.draw())

    def note(self, iteration: int, terms: dict) -> None:
        self.pending.append((iteration, terms))

    def log(self) -> dict[str, float]:
        newest = {}
        try:
            for iteration, terms in self.pending:
                values = {name: float(value) for name, value in terms.items()}
                check_finite(self.run, iteration, values)
                self.history.append(iteration, values)
                monitored = {n: v for n, v in values.items() if n.startswith(MONITOR_PREFIX)}
                newest = {n: v for n, v in values.items() if n not in monitored}
                self.summarise(iteration, monitored)
                self.monitored |= monitored
        finally:
            self.history.flush()
        if self.pending:
            self.summarise(self.pending[-1][0], newest)
        self.pending.clear()
        return newest | self.monitored

    def summarise(self, iteration: int, values: dict[str, float]) -> None:
        """Writes `values` to TensorBoard, where that is asked for."""
        if self.writer and values:
            with self.writer.as_default(step=iteration):
                for name, value in values.items():
                    tf.summary.scalar(name, value)

    def picture(self, iteration: int) -> None:
        """Writes the sample picture of this iteration."""
        picture = self.draw()
        save_png(self.run.samples / f"{iteration:06d}.png", picture)
        if self.writer:
            with self.writer.as_default(step=iteration):
                tf.summary.image("samples", picture[None])

    def plot(self) -> None:
        loss_plot(self.run.losses_png, self.history.read())


class WorkerReporter:
    """The reporter of a process that is not the chief: it only sees when terms are not finite."""

    def __init__(self, run: Run):
        self.run = run
        self.pending: list[tuple[int, dict]] = []

    def start(self, done: int) -> None:
        pass

    def note(self, iteration: int, terms: dict) -> None:
        self.pending.append((iteration, terms))

    def log(self) -> dict[str, float]:
        for iteration, terms in self.pending:
            check_finite(self.run, iteration, {name: float(v) for name, v in terms.items()})
        self.pending.clear()
        return {}

    def picture(self, iteration: int) -> None:
        pass

    def plot(self) -> None:
        pass

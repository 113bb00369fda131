"""The loop around an iteration: progress, log, pictures, checkpoints, and an orderly end."""

import signal
import sys
import time
from contextlib import contextmanager

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from framework.checkpoint import Checkpoints
from framework.cluster import worker
from framework.devices import all_gather_scalar, compiled, distributed
from framework.errors import UserError
from framework.history import MONITOR_PREFIX, History
from framework.plots import loss_plot, save_png


@contextmanager
def interruptible():
    """Yields a list that is filled when Ctrl-C or SIGTERM asks for an orderly end."""
    asked = []
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(s, lambda number, frame: asked.append(number)) for s in signals]
    try:
        yield asked
    finally:
        for s, handler in zip(signals, before, strict=True):
            signal.signal(s, handler)


class Reporter:
    """What a run shows of itself: losses.csv and .png, sample pictures, TensorBoard, the bar."""

    def __init__(self, run, picture, tensorboard: bool):
        self.run, self.draw = run, picture
        self.history = History(run.losses_csv)
        self.writer = tf.summary.create_file_writer(str(run.tensorboard)) if tensorboard else None
        self.pending = []

    def start(self, done: int):
        """Forgets what was logged after `done` iterations; draws the first picture of a new run."""
        self.history.truncate(done)
        if done == 0:
            save_png(self.run.samples / "000000.png", self.draw())

    def note(self, iteration: int, terms: dict):
        """Keeps an iteration's terms without waiting for the device."""
        self.pending.append((iteration, terms))

    def log(self) -> dict:
        """Writes what was noted to losses.csv and TensorBoard; returns the newest terms, but
        for those of monitors.

        Raises UserError when a term is no longer finite: training cannot recover from that,
        and the checkpoints from before are kept.
        """
        newest = {}
        for iteration, terms in self.pending:
            newest = {name: float(value) for name, value in terms.items()}
            self.check(iteration, newest)
            self.history.append(iteration, newest)
            self.summarise(iteration, {n: v for n,
                                       v in newest.items() if n.startswith(MONITOR_PREFIX)})
        newest = {n: v for n, v in newest.items() if not n.startswith(MONITOR_PREFIX)}
        if self.pending:
            self.summarise(self.pending[-1][0], newest)
        self.pending.clear()
        self.history.flush()
        return newest

    def check(self, iteration: int, terms: dict):
        """Raises UserError, with the rows before written, for a term that is not finite."""
        broken = [name for name, value in terms.items() if not np.isfinite(value)]
        if broken:
            self.history.flush()
            raise UserError(f"{broken[0]} is no longer finite at iteration {iteration}; "
                            f"the last good checkpoint is in {self.run.checkpoints}")

    def summarise(self, iteration: int, values: dict):
        """Writes `values` to TensorBoard, where that is asked for."""
        if self.writer:
            with self.writer.as_default(step=iteration):
                for name, value in values.items():
                    tf.summary.scalar(name, value)

    def picture(self, iteration: int):
        """Writes the sample picture of this iteration and redraws the loss plot."""
        picture = self.draw()
        save_png(self.run.samples / f"{iteration:06d}.png", picture)
        if self.writer:
            with self.writer.as_default(step=iteration):
                tf.summary.image("samples", picture[None])
        loss_plot(self.run.losses_png, self.history.read())


class WorkerReporter(Reporter):
    """The reporter of a process that is not the chief: it only sees when terms are not finite."""

    def __init__(self, run):
        self.run, self.history, self.pending = run, History(run.losses_csv), []

    def start(self, done: int):
        pass

    def log(self) -> dict:
        for iteration, terms in self.pending:
            self.check(iteration, {name: float(value) for name, value in terms.items()})
        self.pending.clear()
        return {}

    def picture(self, iteration: int):
        pass


def agreed_start(told) -> int:
    """The iteration that all processes start from; `told` holds what each has found. Raises
    UserError where they differ."""
    if len(set(told)) > 1:
        raise UserError(f"the workers found checkpoints of {', '.join(map(str, sorted(set(told))))}"
                        " iterations: --run must be the same folder for all of them")
    return int(told[0])


def fit(run, trainer, batches, iterations: int, *, picture, sample_every=500, checkpoint_every=500,
        log_every=10, compile="graph", tensorboard=True, monitor=None, monitor_every=500,
        strategy=None) -> int:
    """Trains until `iterations` iterations are done and returns how many are.

    Goes on from the run's newest checkpoint, if it has one. trainer: has `iterate(iteration,
    batch)` returning a dict of scalars, `state()` and `export(folder)`. batches: a function of
    (start, stop) that yields what `iterate` takes. picture: draws the samples as they are now,
    uint8 [H, W, 3]. monitor: measures the nets as they are now, every `monitor_every`
    iterations; its dict of numbers joins the terms. An interrupt ends training after the
    iteration at hand; where several processes train together, at the next that is logged.
    strategy: of `framework.devices.strategy_for`, None for one device. The chief alone writes.
    """
    chief, several = worker().chief, worker().workers > 1
    checkpoints, tell = Checkpoints(run.checkpoints, trainer.state()), all_gather_scalar(strategy)
    start = agreed_start(tell(checkpoints.restore()))
    reporter = Reporter(run, picture, tensorboard) if chief else WorkerReporter(run)
    reporter.start(start)
    step = distributed(strategy, trainer, compile) if strategy else compiled(
        trainer.iterate, compile)
    done, waited, began, first = start, 0.0, time.perf_counter(), 0.0
    stream = batches(start, iterations)
    with interruptible() as interrupted, \
            tqdm(total=iterations, initial=start, unit="it", dynamic_ncols=True,
                 mininterval=0.5 if sys.stderr.isatty() else 30, disable=not chief) as bar:
        for iteration in range(start, iterations):
            asked = time.perf_counter()
            batch = next(stream)
            waited += time.perf_counter() - asked
            terms = step(tf.constant(iteration, tf.int64), batch)
            done = iteration + 1
            due = monitor and done % monitor_every == 0
            reporter.note(iteration, {**terms, **monitor()} if due else terms)
            first = first or time.perf_counter() - began
            ending = done == iterations or (
                (done % log_every == 0 or not several) and any(tell(bool(interrupted))))
            if done % log_every == 0 or ending:
                newest = reporter.log()
                bar.set_postfix({name: f"{value:.3g}" for name, value in newest.items()
                                 if not name.startswith("weighted/")}, refresh=False)
            bar.update()
            if done % checkpoint_every == 0 or ending:
                reporter.log()
                if chief:
                    checkpoints.save(done)
            if done % sample_every == 0 or ending:
                reporter.log()
                reporter.picture(done)
            if ending:
                break
    stream.close()
    if chief:
        trainer.export(run.models)
    tell(done)                          # so that none leaves before the chief has written
    if chief and done > start + 1:
        spent = time.perf_counter() - began
        print(f"{(spent - first) / (done - start - 1):.3f} s per iteration after a first one of "
              f"{first:.1f} s; {100 * waited / spent:.1f} % of the time waiting for data")
    return done

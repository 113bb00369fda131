"""The loop around an iteration: progress, log, pictures, checkpoints, and an orderly end."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from config.run import Run
from config.sections import Section
from framework.cluster import worker
from framework.devices import all_gather_scalar, compiled, distributed
from framework.errors import NotFinite, UserError
from framework.notice import announced
from framework.progress import Bar, progress
from framework.signals import interruptible
from trainers.beside import beside
from trainers.film import write_film
from trainers.keeper import Keeper
from trainers.kinds import Page, Picture, Trainer
from trainers.restarts import Restarts


class Timing:
    """How long iterations took: the first, which is traced and compiled, and the others."""

    def __init__(self):
        self.began, self.first, self.waited = time.perf_counter(), 0.0, 0.0

    def next_of(self, stream: Iterator) -> Any:
        """The next batch of the stream; counts the seconds that it is waited for."""
        asked = time.perf_counter()
        batch = next(stream)
        self.waited += time.perf_counter() - asked
        return batch

    def iterated(self, bar: Bar) -> None:
        """Takes note that an iteration is done; after the first nothing is compiled any more."""
        if not self.first:
            self.first = time.perf_counter() - self.began
            bar.set_description("training")

    def summary(self, iterations: int) -> str:
        """One line of what `iterations` iterations took, two at least."""
        spent = time.perf_counter() - self.began
        return (f"{(spent - self.first) / (iterations - 1):.3f} s per iteration after a first one "
                f"of {self.first:.1f} s; {100 * self.waited / spent:.1f} % of the time waiting "
                "for data")


def agreed_start(told: Sequence) -> int:
    """The iteration that all processes start from; `told` holds what each has found. Raises
    UserError where they differ."""
    if len(set(told)) > 1:
        raise UserError(f"the workers found checkpoints of {', '.join(map(str, sorted(set(told))))}"
                        " iterations: --run must be the same folder for all of them")
    return int(told[0])


def fit(run: Run, trainer: Trainer, batches: Callable[[int, int], Generator], iterations: int, *,
        picture: Picture, output: Section, compile: str = "graph",
        monitor: Callable[[], dict] | None = None,
        strategy: tf.distribute.Strategy | None = None, page: Page | None = None) -> int:
    """Trains until `iterations` iterations are done and returns how many are.

    Goes on from the run's newest checkpoint, if it has one. batches: a function of (start, stop)
    that yields what `trainer.iterate` takes. picture: draws the samples as they are now, uint8
    [H, W, 3]. output: how often what is written and kept, the options of that group. monitor:
    measures the nets as they are now; its dict of numbers joins the terms. strategy: of
    `framework.devices.strategy_for`, None for one device. page: shows the run to people, of the
    chief alone. An interrupt ends training after the
    iteration at hand; where several processes train together, at the next that is logged. The
    chief alone writes. Raises NotFinite, before that is written, for terms and weights that are
    not finite, unless `output.on_nan` lets the run go back.
    """
    restarts = Restarts(run, output.on_nan == "restore")
    drawing: Any = trainer              # one that draws nothing has no seed
    seed = getattr(drawing, "seed", None)
    while True:
        if seed is not None:
            drawing.seed = restarts.seed(seed)
        stream = partial(_shifted, batches, restarts.shift)
        try:
            return _fit(run, trainer, stream, iterations, picture=picture, output=output,
                        compile=compile, monitor=monitor, strategy=strategy, page=page)
        except NotFinite as error:
            restarts.note(error)


def _shifted(batches, shift, start, stop):
    return batches(shift(start), shift(stop))


def _fit(run: Run, trainer: Trainer, batches: Callable[[int, int], Generator], iterations: int, *,
         picture: Picture, output: Section, compile: str, monitor: Callable[[], dict] | None,
         strategy: tf.distribute.Strategy | None, page: Page | None) -> int:
    """`fit` until the first NotFinite."""
    chief, several = worker().chief, worker().workers > 1

    # Every process starts from the newest checkpoint.
    keeper, tell = Keeper(run, trainer, picture, output, page), all_gather_scalar(strategy)
    start = agreed_start(tell(keeper.restore()))
    keeper.start(start)
    if keeper.best.exhausted and start < iterations:
        print(f"{keeper.best}; to train on, raise --patience")
        iterations = start

    # One compiled step an iteration; then what is due after it.
    step = distributed(strategy, trainer, compile) if strategy else compiled(
        trainer.iterate, compile)
    stream, timing, done = batches(start, iterations), Timing(), start
    name = "compiling the first iteration" if start < iterations else "training"
    with interruptible() as asked_to_end, progress(
            iterations, name, "iterations", start, lasting=True, shown=chief) as bar:
        for iteration in range(start, iterations):
            try:
                batch = timing.next_of(stream)
            except (UserError, OSError):        # of the data: what is done is kept
                if done > start:
                    keeper.save(done)
                raise
            # Of a Python number TensorFlow would keep the constant for good.
            terms = step(tf.constant(np.int64(iteration)), batch)
            done = iteration + 1
            timing.iterated(bar)
            keeper.reporter.note(iteration, keeper.measure(done, terms, monitor))
            if keeper.best.exhausted:
                asked_to_end.append(keeper.best)
            logs = done % output.log_every == 0
            ending = done == iterations or (
                (logs or not several) and any(tell(bool(asked_to_end))))
            if logs or ending:
                bar.set_postfix_str(beside(keeper.reporter.log()), refresh=False)
            bar.update()
            keeper.keep(done, ending)
            if ending:
                break
    stream.close()

    # The nets for others, before any process leaves.
    with announced("writing the nets, the film of the pictures and the page"):
        if chief:
            trainer.export(run.models)
        tell(done)
        if chief and done > start + 1:
            print(timing.summary(done - start))
        if keeper.best in asked_to_end:
            print(keeper.best)
        if chief:
            write_film(run, done)
        if page:
            page.write(now=True)
    return done

"""What a run keeps of its course: log, pictures, checkpoints, and the best of these."""

from collections.abc import Callable
from typing import Any

from config.run import Run
from config.sections import Section
from framework.checkpoint import Checkpoints
from framework.cluster import worker
from trainers.best import BestSoFar
from trainers.kinds import Page, Picture, Trainer
from trainers.reporters import ChiefReporter, Reporter, WorkerReporter


def is_drawn(done: int, every: int, early: bool) -> bool:
    """Whether a sample grid is due after `done` iterations: each time `every` more are done, and,
    where `early`, before that after 1, 2, 5, 10, 20, 50, 100, ... of them."""
    return done % every == 0 or (
        early and done < every and str(done).rstrip("0") in ("1", "2", "5"))


class Keeper:
    """Keeps what is due after an iteration; of several processes the chief alone writes.

    picture: draws the samples as they are now. output: how often what is kept, the options of
    that group. page: shows the run after each picture, or None. To be begun by `start`.
    """

    reporter: Reporter
    best: BestSoFar

    def __init__(self, run: Run, trainer: Trainer, picture: Picture, output: Section,
                 page: Page | None = None):
        self.page = page
        self.run, self.picture, self.output, self.chief = run, picture, output, worker().chief
        self.checkpoints = Checkpoints(run.checkpoints, trainer.state(), output.keep_checkpoints)
        self.best_checkpoint = Checkpoints(run.best, trainer.state(), keep=1)

    def restore(self) -> int:
        """Brings the newest state back; the iterations behind it."""
        return self.checkpoints.restore()

    def start(self, done: int) -> None:
        """Goes on after `done` iterations, and forgets what was logged after them. Nothing is
        written before."""
        self.reporter = (ChiefReporter(self.run, self.picture, self.output.tensorboard)
                         if self.chief else WorkerReporter(self.run))
        self.reporter.start(done)
        self.best = BestSoFar(self.output.keep_best, self.output.patience, self.run)
        if self.chief and done == 0 and self.output.on_nan == "restore":
            self.checkpoints.save(0)                # something to go back to

    def measure(self, done: int, terms: dict[str, Any],
                monitor: Callable[[], dict] | None) -> dict[str, Any]:
        """The terms with what the monitor found, where that is due; a best checkpoint is
        kept."""
        if not monitor or done % self.output.monitor_every:
            return terms
        terms = {**terms, **monitor()}
        if self.best.note(terms):
            self.checkpoints.check_finite(done)
            self.best_checkpoint.save(done)
        return terms

    def keep(self, done: int, ending: bool) -> None:
        """Keeps what is due after `done` iterations; all of it where the training ends. Raises
        NotFinite, with nothing written, where numbers are not finite."""
        output = self.output
        saves, plots = (ending or done % every == 0 for every in
                        (output.checkpoint_every, output.sample_every))
        draws = plots or is_drawn(done, output.sample_every, output.sample_early)
        if saves or draws:
            self.reporter.log()
            self.checkpoints.check_finite(done)
        if draws:                       # before the checkpoint: what is killed here draws it again
            self.reporter.picture(done)
        if plots:                       # not with the early grids: a plot takes a second
            self.reporter.plot()
        if saves and self.chief:
            self.checkpoints.save(done)
        if draws and self.page:
            self.page.write()

    def save(self, done: int) -> None:
        """Keeps log and state after `done` iterations, whatever is due."""
        if self.chief:
            self.reporter.log()
            self.checkpoints.check_finite(done)
            self.checkpoints.save(done)

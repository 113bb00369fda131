"""The best checkpoint by a monitor (`--keep_best`), and an end when nothing better comes."""

from collections.abc import Mapping, Sequence

import numpy as np

from config.run import Run
from framework.history import MONITOR_PREFIX, History, as_kept

HIGHER_IS_BETTER = ("pair_agreement",)


class BestSoFar:
    """Which measurement of one monitor was the best, and how many came since.

    name: of the monitor, whose mean over its columns of losses.csv counts; "" for none. patience:
    measurements without a better one after which training may end, 0 for never. What the run
    measured before it is continued is read from losses.csv, so that a resumed run decides as an
    unbroken one.
    """

    def __init__(self, name: str, patience: int, run: Run):
        self.name, self.patience = name, patience
        self.best, self.since = -np.inf, 0
        columns = History(run.losses_csv).read() if name else {}
        measured = [values for column, values in columns.items() if self._is_column(column)]
        for values in zip(*measured, strict=True):
            self._note(values)

    def note(self, terms: Mapping[str, float]) -> bool:
        """Takes note of an iteration's terms; whether they hold a better measurement than all
        before. Terms without one are passed over."""
        return self._note([value for column, value in terms.items() if self._is_column(column)])

    def _note(self, values: Sequence[float]) -> bool:
        found = [as_kept(value) for value in values]
        if not found or np.isnan(found).any():
            return False
        score = np.mean(found) * (1 if self.name in HIGHER_IS_BETTER else -1)
        better = bool(score > self.best)
        self.best, self.since = max(self.best, score), 0 if better else self.since + 1
        return better

    def __str__(self) -> str:
        return (f"{self.name} did not improve in {self.since} measurements; the best checkpoint is "
                "in checkpoints/best")

    @property
    def exhausted(self) -> bool:
        """Whether `patience` measurements in turn were not better."""
        return 0 < self.patience <= self.since

    def _is_column(self, column: str) -> bool:
        name = column.removeprefix(MONITOR_PREFIX)          # kid (pixels)/DOMAIN, pair_agreement
        return name != column and name.split("/")[0].split(" ")[0] == self.name

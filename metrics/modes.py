"""How many modes of a 2-D toy set a generator keeps (thesis table 2.1)."""

from collections.abc import Mapping

import numpy as np

from data.toys import toy_centers, toy_sd
from metrics.report import Result
from metrics.streams import Batch, generated_stream

MODE_RADIUS_DEVIATIONS, MIN_MODE_SHARE = 4, 0.01


class Modes:
    """Counts points [n, 2] near the modes of the toy set `name`, batch by batch.

    modes: the number of modes that have 1 % of the points or more. quality: the share of points
    within four standard deviations of a mode.
    """

    def __init__(self, name: str):
        self.name, self.centers, self.sd = name, toy_centers(name), toy_sd(name)
        self.count, self.held = 0, np.zeros(len(self.centers), int)

    def take(self, points: np.ndarray) -> "Modes":
        """Adds `points`; returns itself."""
        distances = np.linalg.norm(points[:, None] - self.centers[None], axis=-1)
        near = distances.min(1) <= MODE_RADIUS_DEVIATIONS * self.sd
        self.held += np.bincount(distances.argmin(1)[near], minlength=len(self.held))
        self.count += len(points)
        return self

    @property
    def modes(self) -> int:
        return int(np.sum(self.held >= MIN_MODE_SHARE * self.count))

    @property
    def quality(self) -> float:
        return float(self.held.sum() / self.count)


class GeneratedModes:
    """Counts the modes that each domain's generator keeps. toys: a domain's name to its toy set."""

    def __init__(self, toys: Mapping[str, str]):
        self.modes = {generated_stream(name): Modes(toy) for name, toy in toys.items()}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams."""
        for stream, modes in self.modes.items():
            modes.take(batch[stream])

    def results(self) -> list[Result]:
        """Two rows for each generator: its modes, and the share of points near one."""
        return [Result(name, stream, value, count=m.count) for stream, m in self.modes.items()
                for name, value in ((f"modes of {len(m.centers)}", float(m.modes)),
                                    ("points near a mode", m.quality))]

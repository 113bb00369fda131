"""Going back to the last good checkpoint when a training is no longer finite (`--on_nan restore`).

Another stream of random numbers, for latents, noise and the order of the data, makes another
course likely. How often a run went back is kept in its folder, so that it is continued exactly.
"""

import json

from config.run import Run
from framework.cluster import worker
from framework.errors import NotFinite, UserError
from framework.files import write_text

FILE = "restarts.json"
MAX_RESTARTS = 5
SEED_STEP = 0x9E3779B1          # 2^32 over the golden ratio: no small seed comes round again
BATCHES_STEP = 10**9            # iterations whose batches no other stream of a run takes


class Restarts:
    """How often a run went back, and what follows from it.

    allowed: whether it may, at most MAX_RESTARTS times in all.
    """

    def __init__(self, run: Run, allowed: bool):
        self.path, self.allowed = run.path / FILE, allowed
        self.reasons: list[str] = self._kept()

    @property
    def count(self) -> int:
        """How often the run went back so far."""
        return len(self.reasons)

    def seed(self, seed: int) -> int:
        """The seed of the random numbers now, in place of the run's own."""
        return (seed + self.count * SEED_STEP) % 2**31

    def shift(self, iteration: int) -> int:
        """The iteration whose batch is taken now in iteration `iteration`."""
        return iteration + self.count * BATCHES_STEP

    def note(self, error: NotFinite) -> None:
        """Takes note that the run goes back because of `error`, in its folder and in a line.
        Raises it where the run may not, or not once more."""
        if not self.allowed:
            raise error
        if self.count == MAX_RESTARTS:
            raise NotFinite(f"{error}; gone back {MAX_RESTARTS} times already: lower --lr_g, "
                            "--lr_d or --lr, or take a penalty") from None
        self.reasons.append(str(error))
        if worker().chief:
            write_text(self.path, json.dumps(self.reasons, indent=2) + "\n")
            print(f"{error}; goes back to the last good checkpoint with other random numbers "
                  f"({self.count} of at most {MAX_RESTARTS} times)", flush=True)

    def _kept(self) -> list[str]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError):
            kept = None
        if not isinstance(kept, list):
            raise UserError(f"{self.path} is damaged: it told how often the run went back; remove "
                            "it to go on with the random numbers of the start")
        return [str(reason) for reason in kept]

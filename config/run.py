"""One folder per run, and one process at a time in it.

    runs/x/  config.json  losses.csv  losses.png  progress.gif  metrics.json
             samples/  checkpoints/  models/  tensorboard/  parent/
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.content import PLACES, differing
from config.options import BY_NAME
from config.resolve import load_config, read_beside
from config.sections import Config
from framework.checkpoint_files import found_checkpoints
from framework.cluster import worker
from framework.environment import changes, environment
from framework.errors import UserError
from framework.files import UNFINISHED, sweep, writable_folder, write_text
from framework.history import History

try:
    import fcntl
except ModuleNotFoundError:             # Windows
    fcntl = None

LOCK = ".lock"
PARENT = "parent"               # the run in it that its generators started as copies of


class Run:
    """A run folder: `Run.check` finds out whether it can be had, `create` takes it.

    Of several processes that train together the chief takes it for all; the others only read. The
    lock is the operating system's (flock): it ends with the process, however that ends.
    """

    def __init__(self, path: Path, config: Config):
        self.path = path
        self.config = config
        self._lock = None
        self._beside = read_beside(path)

    @classmethod
    def check(cls, path: str | Path, config: Config) -> "Run":
        """The run at `path`, not yet created. A run that exists is locked from here on.

        Raises UserError, with nothing touched, if `path` is in use, holds something else, was
        made with other settings or cannot be written.
        """
        run = cls(Path(path), config)
        if not worker().chief:
            return run
        if run.exists:
            run._take_lock()
            try:
                run._check_same()
            except UserError:
                run.close()
                raise
        else:
            run._check_free()
        return run

    @classmethod
    def open(cls, path: str | Path, config: Config) -> "Run":
        """`check` and `create` in one."""
        return cls.check(path, config).create()

    def check_content(self, content: Mapping[str, Any]) -> None:
        """Whether what lies in the places that the options name is what the run began with.

        content: of `config.content.content_of`. What changed in its old place is said in one
        line. Raises UserError where a place is another and its content too.
        """
        changed = differing(self._beside.get("content", {}), content)
        if not changed or not self.exists:
            return
        stored, asked = load_config(self.path).stored(), self.config.stored()
        moved = [name for name, holds in PLACES.items()
                 if holds in changed and not _same_place(stored[name], asked[name])]
        if moved:
            raise UserError(f"the run {self.path} was made with other settings: {moved[0]} "
                            f"{asked[moved[0]]!r} does not hold what {stored[moved[0]]!r} held; "
                            "choose another folder with --run")
        print(f"{' and '.join(changed)} changed since the run {self.path} began: it goes on with "
              "what is there now")

    def create(self, content: Mapping[str, Any] | None = None) -> "Run":
        """Makes or reopens the folder, locked, with its config.json: the options, the `content`
        of the places that they name, and the environments that the run was computed in.

        Says in one line where this environment is another than the last. Raises UserError if
        another process was faster or the place cannot be written.
        """
        if not worker().chief:
            return self
        try:
            for folder in (self.path, self.samples, self.checkpoints, self.models):
                writable_folder(folder)
            if (self.checkpoints / "checkpoint").is_dir():
                raise UserError(f"{self.checkpoints / 'checkpoint'} is a folder; remove it")
            if self._lock is None:
                self._take_lock()
                if self.exists:
                    self._check_same()
            sweep(self.path)
            self._beside = {"content": dict(content or self._beside.get("content", {})),
                            "environments": self._environments()}
            text = json.dumps(self.config.stored() | self._beside, indent=2) + "\n"
            write_text(self.path / "config.json", text)
        except OSError as error:
            raise UserError(f"cannot write the run {self.path}: {error.strerror}") from None
        return self

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self) -> None:
        """Gives the folder free for other processes."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def exists(self) -> bool:
        """Whether the folder holds a run already."""
        return (self.path / "config.json").is_file()

    @property
    def samples(self) -> Path:
        """Folder of the sample grids, `000500.png` after 500 iterations."""
        return self.path / "samples"

    @property
    def checkpoints(self) -> Path:
        """Folder of what a continued run starts from."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """Folder of the checkpoint that `--keep_best` found the best."""
        return self.checkpoints / "best"

    @property
    def models(self) -> Path:
        """Folder of the .keras files for others."""
        return self.path / "models"

    @property
    def losses_csv(self) -> Path:
        """Every term of every logged iteration."""
        return self.path / "losses.csv"

    @property
    def losses_png(self) -> Path:
        """The plot of losses.csv."""
        return self.path / "losses.png"

    @property
    def progress_gif(self) -> Path:
        """The film of the sample grids, from the first to the last."""
        return self.path / "progress.gif"

    @property
    def metrics_json(self) -> Path:
        """What evaluations found."""
        return self.path / "metrics.json"

    @property
    def tensorboard(self) -> Path:
        """Folder of the TensorBoard events."""
        return self.path / "tensorboard"

    def _contradicts(self, name: str, stored: Any, asked: Any) -> bool:
        """Whether an option may not change from `stored` to `asked`. Of another place it is found
        out later, by `check_content`, whether it holds the same."""
        if name in ("preset", "iterations") or BY_NAME[name].group in ("output", "device"):
            return False
        if name not in PLACES or not (_is_path(name, stored) and _is_path(name, asked)):
            return stored != asked
        known = PLACES[name] in self._beside.get("content", {})
        return not _same_place(stored, asked) and not known

    def _environments(self) -> list[dict]:
        """Those that the run was computed in, and from which iteration on, with this one."""
        before = self._beside.get("environments", [])
        now = {**environment(), "precision": self.config.device.precision}
        began = {"from_iteration": newest_checkpoint(self.path), **now}
        if not before:
            return [began]
        if not (changed := changes({**before[-1], "from_iteration": ""},
                                   {**now, "from_iteration": ""})):
            return before
        print(f"the run goes on otherwise computed, so bits may differ from an unbroken run: "
              f"{'; '.join(changed)[:200]}")
        return [*before, began]

    def _take_lock(self):
        if fcntl is None:
            raise UserError("runs are locked as Linux and macOS do it; on Windows, work in WSL2")
        try:
            lock = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise UserError(f"cannot write the run {self.path}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise UserError(f"the run {self.path} is in use by another process") from None
        self._lock = lock

    def _check_free(self):
        if self.path.exists() and not self.path.is_dir():
            raise UserError(f"run {self.path} is a file; a run is a folder")
        if self.path.is_dir() and any(_foreign(name) for name in os.listdir(self.path)):
            raise UserError(f"the folder {self.path} is not empty and is no run; "
                            "choose another with --run")
        above = next(p for p in (self.path, *self.path.absolute().parents) if p.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise UserError(f"cannot write the run {self.path}: {above} is not writable")

    def _check_same(self):
        stored, asked = load_config(self.path).stored(), self.config.stored()
        differing = [f"{name} is {stored[name]!r}, not {asked[name]!r}" for name in stored
                     if self._contradicts(name, stored[name], asked[name])]
        if differing:
            raise UserError(f"the run {self.path} was made with other settings: "
                            f"{'; '.join(differing)}; choose another folder with --run")
        done = History(self.losses_csv).done()
        if asked["iterations"] < done:
            raise UserError(f"the run {self.path} has already done {done} iterations, more "
                            f"than the {asked['iterations']} asked for")


def shown_checkpoint(run: str | Path) -> tuple[Path, int]:
    """The folder of the checkpoint that pictures and figures of a run are made from, and its
    iterations: of the best, where one is kept (`--keep_best`), else of the newest."""
    best = Run(Path(run), load_config(run)).best
    if found := found_checkpoints(best):
        return best, int(found[0].name.removeprefix("ckpt-"))
    return best.parent, newest_checkpoint(run)


def newest_checkpoint(run: str | Path) -> int:
    """Iterations behind the newest checkpoint of a run; 0 where it has none."""
    found = found_checkpoints(Path(run) / "checkpoints")
    return int(found[0].name.removeprefix("ckpt-")) if found else 0


def _is_path(name: str, value: str) -> bool:
    """Whether a value says where something lies: a data set may have a name instead."""
    return name not in ("dataset", "domains") or ":" in value or not value


def _same_place(stored: Any, asked: Any) -> bool:
    return stored == asked or bool(
        stored and asked and os.path.realpath(stored) == os.path.realpath(asked))


def _foreign(name: str) -> bool:
    """Whether a file is none of those that a run killed at its start may leave."""
    started = (LOCK, PARENT, "samples", "checkpoints", "models")
    return name not in started and not name.startswith(UNFINISHED)

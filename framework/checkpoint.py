"""A run's state on disk: nets, optimizers, averages and the iteration, together or not at all."""

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras
import tensorflow as tf

from framework.checkpoint_files import LIST, files_of, numbered_checkpoints
from framework.errors import NotFinite, UserError
from framework.files import UNFINISHED, remove, replacing, sweep, sync, write_text

OPTIONAL_STATE = {"loss_scale"}
WRITTEN = f"{UNFINISHED}checkpoint"     # how the files of one begin that has no name yet
DAMAGED = (tf.errors.OpError, ValueError, IndexError, UnicodeDecodeError)


class Checkpoints:
    """The newest checkpoints of a run, in `folder`: ckpt-N.index and ckpt-N.data-... of N
    iterations.

    `state` maps a name to a list of Keras variables; all must be built already, since Keras puts
    off a restore into variables that do not stand yet and says nothing. What OPTIONAL_STATE names
    may be missing from a checkpoint, and then starts as it stands. The last `keep` stay; what an
    earlier course of the run has left of later iterations goes.
    """

    def __init__(self, folder: Path, state: dict[str, list], keep: int = 2):
        self.folder, self.keep = folder, keep
        self._iteration = tf.Variable(tf.constant(0, tf.int64))
        values = {name: [v.value for v in variables] for name, variables in state.items()}
        self._values = {"iteration": self._iteration, **values}
        self._checkpoint = tf.train.Checkpoint(**self._values)

    def save(self, iteration: int) -> None:
        """Keeps the state as it is after `iteration` iterations.

        It is written beside the others, brought to the disk, and named last: whatever is killed,
        the ones before stay in force.
        """
        self._iteration.assign(iteration)
        self.folder.mkdir(parents=True, exist_ok=True)
        sweep(self.folder)
        for part in sorted(_written(self._checkpoint, self.folder)):      # .data before .index
            sync(part)
            os.replace(part, self.folder / part.name.replace(WRITTEN, f"ckpt-{iteration}", 1))
        found = numbered_checkpoints(self.folder)
        kept = [path for n, path in found.items() if n <= iteration][:self.keep]
        write_text(self.folder / LIST, f'model_checkpoint_path: "{kept[0].name}"\n'
                   + "".join(f'all_model_checkpoint_paths: "{each.name}"\n'
                             for each in reversed(kept)))       # for TensorFlow's own tools
        sync(self.folder)
        for other in files_of(self.folder, but=kept):
            remove(other)

    def check_finite(self, iteration: int) -> None:
        """Raises NotFinite where a variable of the state holds a value that is not finite."""
        for name, values in self._values.items():
            floats = [v for v in tf.nest.flatten(values) if v.dtype.is_floating]
            finite = [tf.reduce_all(tf.math.is_finite(v)) for v in floats]
            if floats and not tf.reduce_all(finite):
                raise NotFinite(f"{name} is no longer finite at iteration {iteration - 1}")

    def restore(self) -> int:
        """Brings the newest whole state back and returns its iteration; 0 where there is none.

        A damaged checkpoint is passed over with a line. Raises UserError where all are damaged.
        """
        return int(self._iteration.numpy()) if _newest_whole(self.folder, self._read) else 0

    def _read(self, prefix: str) -> None:
        kept = {name.partition("/")[0] for name, _ in tf.train.list_variables(prefix)}
        known = {name: value for name,
                 value in self._values.items() if name not in OPTIONAL_STATE - kept}
        tf.train.Checkpoint(**known).read(prefix).assert_existing_objects_matched()


def restore_part(folder: Path, state: dict[str, list]) -> bool:
    """Brings back only `state` from the newest whole checkpoint in `folder`; False if none is
    there. Raises UserError where all are damaged.

    `state` maps a name to the first of the variables that were kept under it.
    """
    values = {name: [v.value for v in variables] for name, variables in state.items()}

    def read(prefix):
        status = tf.train.Checkpoint(**values).read(prefix)
        status.assert_existing_objects_matched().expect_partial()
    return _newest_whole(folder, read)


def _written(checkpoint, folder: Path) -> list[Path]:
    """The files of a checkpoint that is written but has no name yet."""
    with plain_path(folder) as place:
        checkpoint.write(f"{place}/{WRITTEN}")
    return list(folder.glob(f"{WRITTEN}*"))


def _newest_whole(folder: Path, read: Callable[[str], None]) -> bool:
    """Whether `read` could read one of the checkpoints in `folder`, tried from the newest."""
    found = list(numbered_checkpoints(folder).values())
    with plain_path(folder) as place:
        for prefix in found:
            try:
                read(f"{place}/{prefix.name}")
                return True
            except DAMAGED as error:
                reason = " ".join(str(getattr(error, "message", error)).split())[:120]
                print(f"{prefix} is damaged and passed over ({reason})")
    if found:
        raise UserError(f"every checkpoint in {folder} is damaged or of other nets; the files in "
                        "models/ beside it hold the nets as they were exported last")
    return False


@contextmanager
def plain_path(folder: Path) -> Iterator[Path]:
    """A path to `folder` that TensorFlow does not take for a pattern, as it would [...] or \\."""
    if not set(str(folder.absolute())) & set("[]*?\\{}"):
        yield folder
        return
    with tempfile.TemporaryDirectory() as beside:
        link = Path(beside) / "checkpoints"
        link.symlink_to(folder.absolute())
        yield link


def save_model(path: Path, model: keras.Model) -> None:
    """Writes a Keras model as a `.keras` file, wholly or not at all.

    A layer whose `plain` is a Keras layer is written as that one; one whose `plain` is a method,
    as the operations of Keras that it calls.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        plain(model).save(temporary)


def plain(model: keras.Model) -> keras.Model:
    """The model with every layer that has a `plain` form replaced by that; itself if none."""
    if not any(hasattr(layer, "plain") for layer in model.layers):
        return model
    state = random.getstate()           # the copy's start must not shift that of later nets
    copy = keras.models.clone_model(model, clone_function=_plain)
    random.setstate(state)
    copy.set_weights(model.get_weights())
    return copy


def _plain(layer):
    kind = getattr(layer, "plain", type(layer))
    return kind.from_config(layer.get_config()) if isinstance(kind, type) else kind

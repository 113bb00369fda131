"""A run's state on disk: nets, optimizers, averages and the iteration, together or not at all."""

import random
from pathlib import Path

import keras
import tensorflow as tf

from framework.files import replacing

OPTIONAL_STATE = {"loss_scale"}


class Checkpoints:
    """The newest checkpoints of a run, in `folder`.

    `state` maps a name to a list of Keras variables; all must be built already, since a
    restore into variables that do not stand yet would be put off without a word. A save that
    is killed half-way leaves the one before it in force. What OPTIONAL_STATE names may be missing
    from a checkpoint, and then starts as it stands.
    """

    def __init__(self, folder: Path, state: dict[str, list], keep: int = 2):
        self._iteration = tf.Variable(tf.constant(0, tf.int64))
        values = {name: [v.value for v in variables] for name, variables in state.items()}
        self._values = {"iteration": self._iteration, **values}
        self._checkpoint = tf.train.Checkpoint(**self._values)
        self._manager = tf.train.CheckpointManager(self._checkpoint, str(folder), keep)

    def save(self, iteration: int) -> None:
        """Keeps the state as it is after `iteration` iterations."""
        self._iteration.assign(iteration)
        self._manager.save(checkpoint_number=iteration)

    def restore(self) -> int:
        """Brings the newest state back and returns its iteration; 0 where there is none."""
        if self._manager.latest_checkpoint is None:
            return 0
        newest = self._manager.latest_checkpoint
        kept = {name.partition("/")[0] for name, _ in tf.train.list_variables(newest)}
        known = {name: value for name,
                 value in self._values.items() if name not in OPTIONAL_STATE - kept}
        tf.train.Checkpoint(**known).restore(newest).assert_existing_objects_matched()
        return int(self._iteration.numpy())


def restore_part(folder: Path, state: dict[str, list]) -> bool:
    """Brings back only `state` from the newest checkpoint in `folder`; False if none is there.

    `state` maps a name to the first of the variables that were kept under it.
    """
    newest = tf.train.latest_checkpoint(str(folder))
    if newest is None:
        return False
    values = {name: [v.value for v in variables] for name, variables in state.items()}
    status = tf.train.Checkpoint(**values).restore(newest)
    status.assert_existing_objects_matched().expect_partial()
    return True


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

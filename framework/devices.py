"""How a training iteration is compiled, and how it runs on several devices at once.

tf.distribute keeps a copy of all variables on every device, a replica. An iteration takes a
global batch; each of R replicas computes on a share of it, and gradients are averaged over them.
So a term that is a mean over samples needs nothing. Whatever else looks at a batch says so where
it stands, by `gathered` or `mean_over_replicas`. On one device these return what they are given,
and no operation is added.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from framework.cluster import Interrupted, WorkerInfo, worker
from framework.errors import UserError
from framework.processor import has_bfloat16
from framework.tensors import Tensor

STATISTICS = {"moving_mean", "moving_variance"}
PEER_LOST_ERRORS = (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError,
                    tf.errors.FailedPreconditionError, tf.errors.DeadlineExceededError)


def compiled(function: Callable, mode: str = "graph", any_size: bool = False) -> Callable:
    """`function` as one graph ("graph"), one XLA program ("xla") or run op by op ("none").

    any_size: its tensors come in many sizes, for which there is one graph after the second. A
    program raises UserError where XLA cannot take the function.
    """
    if mode == "none":
        return function
    made = tf.function(function, jit_compile=(mode == "xla"), autograph=False,
                       reduce_retracing=any_size)
    return _or_refused(made) if mode == "xla" else made


def _or_refused(program):
    def run(*args):
        try:
            return program(*args)
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError) as error:
            why = " ".join(error.message.split())[:400]
            raise UserError(f"compile xla cannot take this training ({why}); use --compile graph"
                            ) from error
    return run


def computed_in(precision: str, forced: bool = False) -> str:
    """The Keras dtype policy that nets compute in here where `precision` is asked for: float32
    for bfloat16 that the processor only emulates, several times slower, unless that is `forced`
    or there is a GPU."""
    if precision != "mixed_bfloat16" or forced or has_bfloat16():
        return precision
    return precision if tf.config.list_physical_devices("GPU") else "float32"


def slow_here(precision: str) -> str:
    """What to say of a precision that this machine only emulates; nothing of others."""
    if precision == "mixed_float16" and not tf.config.list_physical_devices("GPU"):
        return "mixed_float16 is for GPUs: without one it is slower than float32"
    return ""


class Started(NamedTuple):
    """What this process trains on: see `strategy_for`."""

    strategy: tf.distribute.Strategy | None = None
    sync_batch_norm: bool = False


_started = Started()


def strategy_for(device: Any, batch_size: int) -> tf.distribute.Strategy | None:
    """The strategy of the run's `--devices` and of TF_CONFIG, or None where there is one device;
    in force for `in_strategy_scope` from here on. device: the run's section of that name,
    with `devices`, `compile`, `precision` and `sync_batch_norm`. batch_size: that all share.

    To be called before TensorFlow computes anything, since devices cannot be split and servers
    not started later. Raises UserError where it is too late, or where the number of devices does
    not go with other options, Interrupted where another worker is gone already.
    """
    global _started
    try:
        with raise_on_lost_worker():
            strategy = _strategy(device.devices, worker())
    except RuntimeError as error:
        raise UserError(f"devices {device.devices} must be set up before anything is computed: "
                        f"{error}") from error
    except tf.errors.OpError as error:
        raise UserError(f"cannot take this worker's place in TF_CONFIG ({error.message}): is the "
                        "port free, and each index given once?") from error
    if strategy:
        _check(device, batch_size, strategy.num_replicas_in_sync)
    _started = Started(strategy, device.sync_batch_norm)
    return strategy


@functools.lru_cache
def _strategy(devices: str, here: WorkerInfo):
    gpus = tf.config.list_physical_devices("GPU")
    if here.workers > 1:
        if devices == "one":
            tf.config.set_visible_devices(gpus[:1], "GPU")
        return tf.distribute.MultiWorkerMirroredStrategy()
    if devices.startswith("cpu:"):
        names = _split_cpu(int(devices.removeprefix("cpu:")))
        return tf.distribute.MirroredStrategy(names)
    return tf.distribute.MirroredStrategy() if devices == "all" and len(gpus) > 1 else None


def _split_cpu(count: int) -> list[str]:
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration() for _ in range(count)])
    return [f"CPU:{i}" for i in range(count)]


def _check(device: Any, batch_size: int, count: int):
    if batch_size % count:
        raise UserError(f"batch_size {batch_size} is the global batch and cannot be shared "
                        f"by {count} devices; take a multiple of {count}")
    if device.compile == "xla":
        raise UserError(f"compile xla is for one device, and here are {count}; take graph")
    if device.precision == "mixed_float16":
        raise UserError(f"precision mixed_float16 scales its loss on one device only, and here are "
                        f"{count}; take mixed_bfloat16")


def in_strategy_scope(build: Callable) -> Callable:
    """`build`, a function that makes nets or optimizers, in the scope of the strategy in force:
    what variables it makes stand on every device."""
    @functools.wraps(build)
    def built(*args, **kwargs):
        if _started.strategy is None:
            return build(*args, **kwargs)
        with _started.strategy.scope():
            return build(*args, **kwargs)
    return built


def only_gpu() -> str | None:
    """The GPU that a run on one device computes on; None without one, or on several devices."""
    alone = _started.strategy is None and not tf.distribute.has_strategy()
    return "GPU:0" if alone and tf.config.get_visible_devices("GPU") else None


def normalises_together() -> bool:
    """Whether a batch norm that is made now is to take its statistics over all replicas."""
    return _started.sync_batch_norm and tf.distribute.has_strategy()


def replica_and_count() -> tuple:
    """(r, R): this is replica r of R, inside of an iteration; (0, 1) elsewhere."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 0, 1
    return context.replica_id_in_sync_group, context.num_replicas_in_sync


def gathered(x: Tensor) -> Tensor:
    """The rows [R B, ...] of all replicas, in the order of the global batch, where `x` [B, ...]
    holds those of this one. Differentiable."""
    count = replica_and_count()[1]
    if count == 1:
        return x
    rows = tf.distribute.get_replica_context().all_gather(tf.convert_to_tensor(x), axis=0)
    return tf.ensure_shape(rows, [x.shape[0] and count * x.shape[0], *x.shape[1:]])


def replica_rows(x: Tensor, parts: int = 1) -> Tensor:
    """This replica's rows of `x`, which holds those of all replicas in the order of the global
    batch; where it is `parts` such batches one after the other, its rows of each."""
    index, count = replica_and_count()
    if count == 1:
        return x
    each, rest = tf.shape(x)[0] // (parts * count), tf.shape(x)[1:]
    blocks = tf.reshape(x, tf.concat([[parts, count, each], rest], 0))
    rows = tf.reshape(blocks[:, index], tf.concat([[parts * each], rest], 0))
    return tf.ensure_shape(rows, [x.shape[0] and x.shape[0] // count, *x.shape[1:]])


def mean_over_replicas(x: Any) -> Any:
    """Mean over the replicas of a tensor, or of each of a list of them. Differentiable."""
    if replica_and_count()[1] == 1:
        return x
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, x)


def distributed(strategy: tf.distribute.Strategy, trainer: Any,
                mode: str = "graph") -> Callable:
    """`trainer.iterate`, compiled, as a function of (iteration, global batch): every replica takes
    its share of the batch, and the terms are means over replicas.

    batch: a structure of arrays [steps, B, ...], of which replica r of R computes on the images
    r B / R to (r + 1) B / R of every step. Moving statistics of batch norms, which each replica
    takes of its own images, are averaged after the iteration: Keras would keep the first
    replica's. Dropout gets seeds of its own on every replica.
    """
    state = [v for variables in trainer.state().values() for v in variables]
    moving = [v for v in state if v.name in STATISTICS]
    seeds = [v for v in state if v.name == "seed_generator_state"]

    def on_replica(iteration, batch):
        index = tf.convert_to_tensor(replica_and_count()[0])
        for v in seeds:
            v.assign(v.value + tf.cast(tf.stack([index, 0]), v.dtype))
        terms = trainer.iterate(iteration, batch)
        for v in seeds:
            v.assign(v.value - tf.cast(tf.stack([index, 0]), v.dtype))
        if moving and not _started.sync_batch_norm:
            means = mean_over_replicas([tf.convert_to_tensor(v.value) for v in moving])
            for v, mean in zip(moving, means, strict=True):
                v.assign(mean)
        means = mean_over_replicas(tf.stack([tf.cast(t, tf.float32) for t in terms.values()]))
        return dict(zip(terms, tf.unstack(means, len(terms)), strict=True))

    def everywhere(iteration, batch):
        terms = strategy.run(on_replica, (iteration, batch))
        return {name: strategy.experimental_local_results(t)[0] for name, t in terms.items()}

    step = compiled(everywhere, mode)
    return lambda iteration, batch: step(iteration, _shares(strategy, batch))


def _shares(strategy, batch):
    def own(context):
        size, index = context.num_replicas_in_sync, context.replica_id_in_sync_group

        def part(x):
            each = x.shape[1] // size
            return tf.convert_to_tensor(x[:, index * each:(index + 1) * each])
        return tf.nest.map_structure(part, batch)
    return strategy.experimental_distribute_values_from_function(own)


def all_gather_scalar(strategy: tf.distribute.Strategy | None) -> Callable[[int], Sequence]:
    """A function of this process's number to those of all processes, one for each replica; all
    must call it."""
    if worker().workers == 1:
        return lambda number: [number]

    def tell(number):
        return tf.distribute.get_replica_context().all_gather(tf.reshape(number, [1]), axis=0)

    assert strategy is not None             # several workers have one
    told = compiled(lambda number: strategy.experimental_local_results(
        strategy.run(tell, (number,)))[0])
    return lambda number: told(tf.constant(np.int64(number))).numpy()


@contextmanager
def raise_on_lost_worker() -> Iterator[None]:
    """In the block the loss of another process of the cluster, which every collective operation
    reports, is an `Interrupted`."""
    try:
        yield
    except PEER_LOST_ERRORS as error:
        if worker().workers == 1:
            raise
        why = (error.message.partition("aborted by: ")[2] or error.message).strip().splitlines()
        raise Interrupted(f"another worker is gone ({''.join(why[:1])[:120]}); start all of them "
                          "again as before: they go on from the newest checkpoint") from error

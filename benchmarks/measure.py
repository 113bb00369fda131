"""One measurement, in a process of its own: `benchmarks.speed` starts it and reads its answer.

    python -m benchmarks.measure WAY SECONDS --preset demo ...        (options of training)
    python -m benchmarks.measure peak SECONDS

The data are noise of the right shape, and what reads images is frozen as it was initialised: an
iteration's cost does not depend on what is in the pictures or in the weights.
"""

import json
import math
import os
import resource
import sys
import time
from collections.abc import Sequence
from functools import partial

from config.kinds import has
from config.resolve import resolve
from config.sections import Config

WAYS = {                        # name: options of training, None for the plain loop
    "compiled": ["--compile", "graph"],
    "bfloat16": ["--compile", "graph", "--precision", "mixed_bfloat16"],
    "float16": ["--compile", "graph", "--precision", "mixed_float16"],
    "xla": ["--compile", "xla"],
    "eager": ["--compile", "none"],
    "listing": ["--compile", "none"],
}
IMAGES, CLASSES = 256, 10       # of each domain; classes of their labels


def configured(way: str, flags: Sequence[str]) -> Config:
    """The run's configuration; VGG has no weights to be downloaded. Raises UserError."""
    config = resolve([*flags, *WAYS[way]])
    return config.with_options(vgg_weights="random")        # where a coupling sees by VGG


def noise_domains(config) -> list:
    """Domains of random images and labels, of the shape that the generator's table makes."""
    import numpy as np

    from data.domain import Domain
    from data.names import domain_names
    from nets.architectures import GENERATORS
    from nets.tables import names_in

    table, data = names_in(config.nets.generator)[0], config.data
    shape = GENERATORS.find("digit" if table == "auto" else table).image_shape
    random, count = np.random.default_rng(0), max(IMAGES, config.training.batch_size)
    return [Domain(name, random.integers(0, 256, (count, *shape), np.uint8),
                   random.integers(0, CLASSES, count, np.int32), CLASSES)
            for name in domain_names(data.dataset, data.domains, data.data_dir)]


def frozen_for(config, domains):
    """What the couplings read with, as `trainers.coupled.frozen_for`, but trained by nobody."""
    from nets.classifier import build_classifier
    from penalties.couplings import READ_CLASSES, FrozenNets
    from trainers.coupled import class_frequencies
    from trainers.perceptual import vgg_features_for

    shape, coupling = domains[0].images.shape[1:], config.coupling
    vgg = vgg_features_for(coupling, config.device.precision, shape)
    if not any(getattr(coupling, name) > 0 for name in READ_CLASSES):
        return FrozenNets(vgg=vgg)
    classifier = build_classifier(shape, CLASSES, config.nets.classifier,
                                  precision=config.device.precision)
    classifier.trainable = False
    return FrozenNets(partial(classifier, training=False), class_frequencies(domains), vgg=vgg)


def trainer_for(way: str, config, domains):
    """(trainer, batches) of the run."""
    from trainers.conditional import batches_for
    from trainers.coupled import build
    from trainers.kinds import TRAINERS

    if not has(config.experiment.gan_type, "discriminators"):
        training = TRAINERS[config.experiment.gan_type](config, domains)
        return training.trainer, training.batches
    if way == "listing":
        from benchmarks.listing import Listing as build
    return (build(config, domains, frozen_for(config, domains)),
            batches_for(config, domains, config.training.discriminator_steps))


def seconds_each(step, batches, least: float) -> dict:
    """Runs `step` for `least` seconds, but twice at least: seconds per iteration of the wall and
    of all cores, and the share of the former that went by waiting for a batch. Two iterations
    before that warm it up; `first` is when the first of them was done, `time.time()`."""
    import tensorflow as tf

    from data.batches import prefetch

    stream, waited = prefetch(batches, 0, sys.maxsize), 0.0

    def iterate(i):
        nonlocal waited
        asked = time.perf_counter()
        batch = next(stream)
        waited += time.perf_counter() - asked
        return step(tf.constant(i, tf.int64), batch)

    def done(terms):
        return float(next(iter(terms.values())))
    done(iterate(0))
    first, began = time.time(), time.perf_counter()
    done(iterate(1))
    count = max(2, math.ceil(least / (time.perf_counter() - began)))
    waited, began, used = 0.0, time.perf_counter(), time.process_time()
    for i in range(count):
        terms = iterate(i + 2)
    done(terms)
    spent, used = time.perf_counter() - began, time.process_time() - used
    stream.close()
    return {"seconds": spent / count, "core_seconds": used / count, "waiting": waited / spent,
            "first": first}


def measured(way: str, least: float, flags: list[str]) -> dict:
    """What `seconds_each` says of a way to train, with what an iteration is made of."""
    config = configured(way, flags)
    from benchmarks.counts import work_of
    from framework.devices import compiled

    domains = noise_domains(config)
    trainer, batches = trainer_for(way, config, domains)
    found = seconds_each(compiled(trainer.iterate, config.device.compile), batches, least)
    images = config.training.batch_size * len(domains) * max(1, config.training.discriminator_steps)
    shape, count = domains[0].images.shape[1:], len(domains)
    useful = work_of(config, count, shape, CLASSES, padding=False)
    return found | {"images": images, "work": work_of(config, count, shape, CLASSES),
                    "useful": sum(useful.values())}


def peak(least: float) -> dict:
    """GFLOP/s of a product of large square matrices, the best of several, by their dtype; under
    "core" those of float32 for each second that a core was at work."""
    import tensorflow as tf

    side = 8192 if tf.config.list_physical_devices("GPU") else 2048
    product, found = tf.function(tf.matmul, autograph=False), {}
    for dtype in ("float32", "bfloat16"):
        a = tf.cast(tf.random.stateless_normal((side, side), (0, 0)), dtype)
        product(a, a).numpy()
        wall, core, until = [], [], time.perf_counter() + least / 2
        while not wall or time.perf_counter() < until:
            began, used = time.perf_counter(), time.process_time()
            product(a, a)[0, 0].numpy()
            wall.append(time.perf_counter() - began)
            core.append(time.process_time() - used)
        found[dtype] = 2 * side**3 / min(wall) / 1e9
        found.setdefault("core", 2 * side**3 / min(core) / 1e9)
    return found


def memory() -> float:
    """The most MiB that this process has held, of the GPU's memory where there is one."""
    import tensorflow as tf

    if tf.config.list_physical_devices("GPU"):
        return tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(argv):
    way, least, *flags = argv
    found = peak(float(least)) if way == "peak" else measured(way, float(least), flags)
    print(json.dumps(found | {"peak_mib": memory()}))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main(sys.argv[1:])

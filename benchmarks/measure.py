"""One measurement, in a process of its own: `benchmarks.speed` starts it and reads its answer.

    python -m benchmarks.measure WAY SECONDS --preset demo ...        (options of training)
    python -m benchmarks.measure peak SECONDS

The data are noise of the right shape, and what reads images is frozen as it was initialised: an
iteration's cost does not depend on what is in the pictures or in the weights.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from functools import partial

from benchmarks.clock import resident_mib, timed
from config.kinds import has
from config.resolve import resolve
from config.sections import Config
from framework.processor import has_bfloat16

WAYS = {                        # name: options of training
    "compiled": ["--compile", "graph"],
    "bfloat16": ["--compile", "graph", "--precision", "mixed_bfloat16"],
    "float16": ["--compile", "graph", "--precision", "mixed_float16"],
    "xla": ["--compile", "xla"],
    "eager": ["--compile", "none"],
    "listing": ["--compile", "none"],
    "torch": [],                # by another interpreter: benchmarks.torch_peer
}
IMAGES, CLASSES = 256, 10       # of each domain; classes of their labels


def configured(way: str, flags: Sequence[str]) -> Config:
    """The run's configuration; VGG has no weights to be downloaded. Raises UserError."""
    config = resolve([*flags, *WAYS[way]])
    return config.with_options(vgg_weights="random")        # where a coupling sees by VGG


def image_shape(config) -> tuple[int, ...]:
    """The shape that the generator's table makes."""
    from nets.architectures import GENERATORS
    from nets.tables import names_in

    table = names_in(config.nets.generator)[0]
    shape = GENERATORS.find("digit" if table == "auto" else table).image_shape
    assert shape is not None
    return shape


def names_of(config) -> tuple[str, ...]:
    """The names of the run's domains."""
    from data.names import domain_names

    return domain_names(config.data.dataset, config.data.domains, config.data.data_dir)


def noise_domains(config) -> list:
    """Domains of random images and labels."""
    import numpy as np

    from data.domain import Domain

    random, count = np.random.default_rng(0), max(IMAGES, config.training.batch_size)
    return [Domain(name, random.integers(0, 256, (count, *image_shape(config)), np.uint8),
                   random.integers(0, CLASSES, count, np.int32), CLASSES)
            for name in names_of(config)]


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
    """What `benchmarks.clock.timed` says of `step`, given the iteration's number and its batch."""
    import tensorflow as tf

    from data.batches import prefetch

    stream, terms = prefetch(batches, 0, sys.maxsize), {}

    def iterate(i) -> float:
        asked = time.perf_counter()
        batch = next(stream)
        waited = time.perf_counter() - asked
        terms.update(step(tf.constant(i, tf.int64), batch))
        return waited
    found = timed(iterate, lambda: float(next(iter(terms.values()))), least)
    stream.close()
    return found


def counted(config, domains: int, shape) -> dict:
    """What an iteration is made of: the images that critics see, and FLOP (`benchmarks.work`)."""
    from benchmarks.counts import work_of

    training = config.training
    images = training.batch_size * domains * max(1, training.discriminator_steps)
    useful = work_of(config, domains, shape, CLASSES, padding=False)
    return {"images": images, "work": work_of(config, domains, shape, CLASSES),
            "useful": sum(useful.values())}


def measured(way: str, least: float, flags: list[str]) -> dict:
    """What `seconds_each` says of a way to train, with what an iteration is made of."""
    config = configured(way, flags)
    from framework.devices import compiled

    domains = noise_domains(config)
    trainer, batches = trainer_for(way, config, domains)
    found = seconds_each(compiled(trainer.iterate, config.device.compile), batches, least)
    return found | counted(config, len(domains), domains[0].images.shape[1:])


def peak(least: float) -> dict:
    """GFLOP/s of a product of large square matrices, the best of several, by their dtype, which is
    bfloat16 only where instructions are made for it; under "core" those of float32 for each second
    that a core was at work."""
    import tensorflow as tf

    gpu = tf.config.list_physical_devices("GPU")
    side = 8192 if gpu else 2048
    product, found = tf.function(tf.matmul, autograph=False), {}
    for dtype in ("float32", *(["bfloat16"] if gpu or has_bfloat16() else [])):
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
    return resident_mib()


def main(argv):
    way, least, *flags = argv
    found = peak(float(least)) if way == "peak" else measured(way, float(least), flags)
    print(json.dumps(found | {"peak_mib": memory()}))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main(sys.argv[1:])

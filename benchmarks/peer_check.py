"""Whether the PyTorch peer computes the same: its losses from our weights and random numbers.

    python -m benchmarks.peer_check --preset 5.2-mnist2svhn-slfr --batch_size 16

Flags are options of training. Both do a few iterations on the same noise, from the same weights,
latents and places of the penalty, without dropout, and the terms of each iteration stand beside
each other: once with Adam, whose first steps are as large for a gradient of rounding errors (such
as that of the last bias of a WGAN critic, which is zero) as for any other, and once with plain
gradient descent, in which rounding stays small.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import peer_plan
from benchmarks.measure import configured, frozen_for, noise_domains
from benchmarks.mistakes import one_line
from framework.errors import UserError
from framework.quiet import quiet

ITERATIONS = 2
DESCENT = 0.001                  # its rate: at 0.01 full nets diverge


def without_dropout(chains: list) -> list:
    return [[(name, row | {"dropout": 0.0}) for name, row in chain] for chain in chains]


def weights_of(models) -> dict[str, list]:
    """The trainable weights of every row, by the name of the row, shared rows once."""
    found = {}
    for layer in {id(each): each for model in models for each in model.layers}.values():
        row = re.match(r".+_row\d+(?=_)", layer.name)
        if row and layer.weights:
            own = [v for v in layer.weights if "moving" not in v.name and "seed" not in v.name]
            found.setdefault(row.group(), []).extend(np.asarray(v) for v in own)
    return found


def drawn(config, domains: int, iteration: int) -> tuple[np.ndarray, np.ndarray]:
    """(latents [steps + 1, B, latent_dim], places of the penalty [steps x domains, B]) of an
    iteration, as `trainers.gan` draws them."""
    from framework.latents import DISTRIBUTIONS
    from framework.random import Random

    training, random = config.training, Random(config.experiment.seed, iteration)
    steps, size = training.discriminator_steps, training.batch_size

    def latents():
        return np.asarray(DISTRIBUTIONS[training.latent](random, [size, training.latent_dim]))
    before = [latents() for _ in range(steps)]
    places = steps * domains * (config.loss.disc_penalty != "none")
    alphas = [np.asarray(random.uniform([size])) for _ in range(places)]
    return np.stack([*before, latents()]), np.reshape(alphas, (places, size)).astype("float32")


def ours(config, file: Path, descent: float) -> list[dict[str, float]]:
    """The terms of our iterations; writes what the peer needs to do the same. descent: as of
    `compared`."""
    with quiet():
        import keras
        import tensorflow as tf

        from trainers.conditional import batches_for
        from trainers.coupled import build

    domains = noise_domains(config)
    keras.utils.set_random_seed(config.experiment.seed)
    frozen = frozen_for(config, domains)
    reader = [frozen.classifier.func] if frozen.classifier else []
    trainer = build(config, domains, frozen)
    nets = [*trainer.generators, *trainer.discriminators]
    for layer in (layer for net in nets for layer in net.layers):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0
    if descent:
        for name in ("g", "d"):
            optimizer = keras.optimizers.SGD(descent)
            optimizer.build(getattr(trainer, f"{name}_variables"))
            setattr(trainer, f"{name}_optimizer", optimizer)
    plan = peer_plan.plan(config) | {"iterations": ITERATIONS, "descent": descent}
    plan["discriminators"] = without_dropout(plan["discriminators"])
    arrays = {f"weights/{name}/{i}": v for name, row in weights_of([*nets, *reader]).items()
              for i, v in enumerate(row)}
    batches = batches_for(config, domains, config.training.discriminator_steps)
    found = []
    for i in range(ITERATIONS):
        arrays[f"latents/{i}"], arrays[f"alphas/{i}"] = drawn(config, len(domains), i)
        arrays[f"images/{i}"] = np.stack([np.asarray(x) for x in batches(i)])
        terms = trainer.iterate(tf.constant(i, tf.int64), batches(i))
        found.append({name: float(term) for name, term in terms.items()})
    np.savez(file, plan=json.dumps(plan), **arrays)
    return found


def compared(config, descent: float = 0.0) -> list[dict[str, tuple[float, float]]]:
    """For each iteration the peer's terms: name to (ours, the peer's). descent: the rate of plain
    gradient descent in place of Adam; 0 for Adam. Raises UserError where there is no peer, or
    none for such a training."""
    interpreter = peer_plan.python()
    if why := peer_plan.missing(interpreter) or peer_plan.refusal(config):
        raise UserError(why)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "iterations.npz"
        terms = ours(config, file, descent)
        command = [interpreter, "-m", "benchmarks.torch_peer", "replay", str(file)]
        theirs = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE,
                                           text=True).stdout.splitlines()[-1])
    return [{name: (mine[name], value) for name, value in peers.items()}
            for mine, peers in zip(terms, theirs, strict=True)]


def difference(ours: float, peers: float) -> float:
    """|ours - peers| / |ours|."""
    return abs(ours - peers) / abs(ours)


def run(argv):
    config = configured("eager", argv)
    for name, descent in (("Adam", 0.0), ("descent", DESCENT)):
        print(f"{name:28}{'ours':>14}{'PyTorch':>14}{'difference':>12}")
        for i, terms in enumerate(compared(config, descent), 1):
            for term, both in terms.items():
                print(f"iteration {i} {term:16}{both[0]:>14.6g}{both[1]:>14.6g}"
                      f"{difference(*both):>12.1e}")


def main(argv):
    with one_line():
        run(argv)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main(sys.argv[1:])

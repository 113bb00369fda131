"""What the PyTorch peer is told to compute, and whether it can: the way `torch` of the benchmark.

SCOGAN_TORCH_PYTHON names the interpreter that has PyTorch (default: this one). The peer is a
process of its own, without TensorFlow and without our packages; see `benchmarks.torch_peer`.
"""

import functools
import os
import subprocess
import sys
from typing import Any

from benchmarks.measure import CLASSES, counted, image_shape, names_of
from config.norms import discriminator_norm
from config.options import BY_NAME
from config.sections import Config
from config.tables import discriminator_tables, generator_tables
from nets.architectures import CLASSIFIERS, Row, replace_norms, widen

PYTHON = "SCOGAN_TORCH_PYTHON"
EPSILON = 1e-7                  # of Keras's Adam
SECTIONS = ("training", "loss", "nets", "coupling")     # whose options change an iteration
# Options of these that the peer obeys, or that say nothing about what an iteration computes.
OBEYED = {
    "iterations", "batch_size", "latent_dim", "latent", "discriminator_steps", "lr", "lr_g", "lr_d",
    "beta_1", "beta_2", "clip", "loss", "disc_penalty", "penalty_weight", "generator",
    "discriminator", "classifier", "width", "width_d", "shared_generator", "shared_discriminator",
    "discriminator_norm", "initializer", "init_std", "feature_weight", "feature_layers",
    "feature_rows", "semantic_weight", "classifier_noise", "classifier_epochs",
    "classifier_domains", "vgg_weights"}
VALUES = {"gan_type": ("gan", "cogan", "scogan"), "loss": ("wgan", "nonsaturating"),
          "disc_penalty": ("none", "wgan-gp"), "precision": ("float32",)}


def python() -> str:
    """The interpreter that the peer runs in."""
    return os.environ.get(PYTHON) or sys.executable


@functools.lru_cache
def missing(interpreter: str) -> str:
    """Why the peer cannot run in that interpreter; nothing where it can."""
    question = "import importlib.util as u, sys; sys.exit(u.find_spec('torch') is None)"
    try:
        found = subprocess.run([interpreter, "-c", question], capture_output=True).returncode == 0
    except OSError as error:
        return f"{interpreter} cannot be run: {error.strerror}"
    return "" if found else (f"PyTorch is not installed in {interpreter}; {PYTHON} names another "
                             "interpreter (requirements-bench.txt)")


def refusal(config: Config) -> str:
    """Which option of a run the peer does not have; nothing where it has them all."""
    from trainers.objectives import clip_bound

    values = config.values()
    for name, known in VALUES.items():
        if values[name] not in known:
            return f"the peer has no --{name} {values[name]}"
    for section in SECTIONS:
        for name, value in vars(getattr(config, section)).items():
            if name not in OBEYED and value != BY_NAME[name].default:
                return f"the peer has no --{name} {value}"
    if clip_bound(config.training.clip, config.loss, config.nets):
        return "the peer does not clip weights; add --disc_penalty wgan-gp"
    chains = _chains(config, len(names_of(config)), image_shape(config), CLASSES)
    rows = [row for each in chains.values() for chain in each for _, row in chain]
    return next((why for row in rows if (why := _row_refusal(row))), "")


def _row_refusal(row: Row) -> str:
    """As `benchmarks.torch_nets`, which cannot be imported here, has KINDS, NORMS, PADDINGS."""
    if row.kind not in ("input", "dense", "project", "conv", "convt"):
        return f"the peer has no rows of kind {row.kind}"
    if row.norm not in (None, "batch", "layer"):
        return f"the peer has no {row.norm} norm"
    return f"the peer has no padding {row.padding}" if row.padding == "reflect" else ""


def _chains(config: Config, domains: int, shape, classes: int) -> dict[str, list]:
    """The nets as lists of (name, row), the names as in `nets.build`."""
    nets, loss = config.nets, config.loss
    tables, shared = generator_tables(config, domains, shape)
    generators = [widen(each.table, nets.width) for each in tables]
    made = [[(f"g_row{i}" if i <= shared else f"g{k}_row{i}", row)
             for i, row in enumerate(table, 1)] for k, table in enumerate(generators, 1)]
    tables, shared = discriminator_tables(config, domains, shape)
    norm = discriminator_norm(nets, loss)
    critics = [replace_norms(widen(each.table, nets.width_d or nets.width), norm)
               for each in tables]
    seen = [[(f"d_row{i}" if i > len(table) - shared else f"d{k}_row{i}", row)
             for i, row in enumerate(_ending(table, 1), 1)] for k, table in enumerate(critics, 1)]
    reader = _ending(CLASSIFIERS[nets.classifier].table, classes)
    read = [[(f"classifier_row{i}", row) for i, row in enumerate(reader, 1)]
            ] if config.coupling.semantic_weight else []
    return {"generators": made, "discriminators": seen, "classifier": read}


def _ending(table: tuple[Row, ...], outputs: int) -> tuple[Row, ...]:
    return (*table[:-1], table[-1]._replace(filters=outputs))


def plan(config: Config) -> dict[str, Any]:
    """All that the peer needs to know, as JSON has it."""
    from penalties.couplings import parse_rows

    training, loss, coupling = config.training, config.loss, config.coupling
    names, shape = names_of(config), image_shape(config)
    numbers = ("batch_size", "latent_dim", "latent", "discriminator_steps", "lr_g", "lr_d",
               "beta_1", "beta_2")
    chains = {key: [[(name, row._asdict()) for name, row in chain] for chain in value]
              for key, value in _chains(config, len(names), shape, CLASSES).items()}
    return {**{name: getattr(training, name) for name in numbers}, **chains,
            "domains": names, "image_shape": shape, "loss": loss.loss, "epsilon": EPSILON,
            "penalty_weight": loss.penalty_weight if loss.disc_penalty != "none" else 0.0,
            "feature_weight": coupling.feature_weight, "semantic_weight": coupling.semantic_weight,
            "feature_rows": parse_rows(coupling.feature_rows)
            or tuple(range(1, coupling.feature_layers + 1)),
            "counted": counted(config, len(names), shape)}

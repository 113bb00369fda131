"""Options that each mean something and contradict each other: found before anything is imported,
loaded or created."""

import re
from collections.abc import Sequence
from pathlib import Path

from config.checks_style import check_styling
from config.kinds import KINDS, has
from data.names import find_domain
from framework.cluster import worker
from framework.errors import UserError
from losses.kernels import parse_scales
from metrics.choice import MONITORS, named
from nets.architectures import DISCRIMINATORS, GENERATORS
from nets.vgg import RANDOM, check_weights, layers_down_to, layers_in_use, layers_of

PAIR_AGREEMENT = "pair_agreement"


def check_domains(gan_type: str, domains: Sequence[str]) -> None:
    """Raises UserError where a kind of training learns from more or fewer domains."""
    kind, named = KINDS.find(gan_type), ", ".join(domains)
    if has(gan_type, "photographs and paintings") and len(domains) != kind.few:
        raise UserError(f"a {gan_type} learns from two domains, photographs and paintings, not "
                        f"{len(domains)} ({named}); say --dataset folder:PHOTOS,PAINTINGS")
    if kind.many == 1 and len(domains) != 1:
        raise UserError(f"a {gan_type} has one domain, not {len(domains)} ({named}); use "
                        "--gan_type cogan or scogan")
    if len(domains) < kind.few:
        raise UserError(f"a {gan_type} couples at least two domains, and {named} is one; use "
                        "--gan_type gan")


def check_together(config, domains: Sequence[str]) -> None:
    """Raises UserError for the first contradiction between two options of `config`, each of
    which means something. domains: the names of its domains."""
    for check in CHECKS:
        check(config, domains)


def _kernel(config, domains):
    if config.gan_type in ("mmd_gan", "gmmn") and config.loss != "mmd":
        raise UserError(f"a {config.gan_type} has the loss mmd; here it is {config.loss}")
    if config.loss == "mmd" and config.batch_size < 2:
        raise UserError("the loss mmd compares samples: batch_size must be 2 or more")
    parse_scales(config.kernel_scales)
    if config.gradient_scale == "smmd" and config.kernel == "energy":
        raise UserError("the energy kernel has no derivative for smmd to read; choose another")


def _nets(config, domains):
    for option, registry, name in (
            ("feature_layers", GENERATORS, config.generator if config.feature_weight else ""),
            ("shared_generator", GENERATORS, config.generator),
            ("shared_discriminator", DISCRIMINATORS, config.discriminator)):
        if name in registry and getattr(config, option) > len(registry[name].table):
            raise UserError(f"{option} is {getattr(config, option)} and the table {name} has "
                            f"{len(registry[name].table)} rows")


def _classifier(config, domains):
    path = config.classifier_path
    if config.conditional:
        for name in domains:
            if find_domain(name).classes is None:
                raise UserError(f"conditional needs labelled data, and {name} has no labels")
    reads = [name for name in ("semantic_weight", "balance_weight") if getattr(config, name)]
    unlabelled = [name for name in domains if find_domain(name).classes is None]
    if config.gan_type == "classifier" and unlabelled:
        raise UserError(f"a classifier needs labelled data, and {unlabelled[0]} has no labels")
    if reads and not path and len(unlabelled) == len(domains):
        raise UserError(f"{reads[0]} needs a labelled domain, and {' and '.join(domains)} have "
                        "no labels; or give it a --classifier_path")
    if not path:
        return
    if not Path(path).is_file():
        raise UserError(f"there is no classifier at {path}")


def _perceptual(config, domains):
    on = config.content_weight > 0 or config.style_weight > 0
    if on:
        for name in ("content", "style"):
            if getattr(config, f"{name}_weight") > 0:
                layers_down_to(layers_of(getattr(config, f"{name}_layers")), config.vgg)
        if config.vgg_weights not in ("imagenet", RANDOM):
            check_weights(config.vgg_weights, layers_in_use(config), config.vgg)


def _monitor(config, domains):
    names = named(config.monitor, MONITORS, "monitor")
    if PAIR_AGREEMENT in names:
        if len(domains) < 2:
            raise UserError(f"pair_agreement compares domains, and {domains[0]} is one")
        for name in domains:
            if find_domain(name).classes is None or find_domain(name).size is None:
                raise UserError(f"pair_agreement needs labelled images, and {name} has none")


def _devices(config, domains):
    if not re.fullmatch(r"one|all|cpu:[1-9][0-9]?", config.devices):
        raise UserError(f"devices must be one, all or cpu:N, such as cpu:2, not "
                        f"{config.devices!r}")
    if worker().workers > 1 and config.devices.startswith("cpu:"):
        raise UserError(f"devices {config.devices} is for a single process, and TF_CONFIG names "
                        f"{worker().workers}; take one or all")


CHECKS = (_devices, check_styling, _kernel, _nets, _classifier, _perceptual, _monitor)

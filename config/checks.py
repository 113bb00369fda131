"""Options that each mean something and contradict each other: found before anything is imported,
loaded or created."""

import re
from collections.abc import Sequence
from pathlib import Path

from config.checks_style import check_styling
from config.kinds import KINDS, has
from config.sections import Config, Section
from config.tables import discriminator_tables, generator_tables
from data.augment import parse_augmentations
from data.names import find_domain
from framework.cluster import worker
from framework.errors import UserError
from losses.kernels import parse_scales
from metrics.choice import MONITORS, parse_names
from nets.architectures import CLASSIFIERS, DISCRIMINATORS, GENERATORS
from nets.descriptions import read_saved
from nets.tables import differ, names_in
from nets.vgg import RANDOM, check_weights, layers_down_to, layers_in_use, layers_of
from penalties.couplings import COUPLINGS, READ_CLASSES

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
    if kind.many and len(domains) > kind.many:
        raise UserError(f"a {gan_type} has two domains, not {len(domains)} ({named}); name two, or "
                        "use --gan_type cogan or scogan")
    if len(domains) < kind.few:
        raise UserError(f"a {gan_type} couples at least two domains, and {named} is one; use "
                        "--gan_type gan")


def check_together(config: Config, domains: Sequence[str]) -> None:
    """Raises UserError for the first contradiction between two options of `config`, each of
    which means something. domains: the names of its domains."""
    for check in CHECKS:
        check(config, domains)


def perceptual_layers(coupling: Section) -> tuple[str, ...]:
    """The layers of VGG that the perceptual terms of a run need, each once."""
    return layers_in_use((coupling.content_weight, coupling.content_layers),
                         (coupling.style_weight, coupling.style_layers))


def _kernel(config: Config, domains: Sequence[str]) -> None:
    gan_type, loss = config.experiment.gan_type, config.loss
    if gan_type in ("mmd_gan", "gmmn") and loss.loss != "mmd":
        raise UserError(f"a {gan_type} has the loss mmd; here it is {loss.loss}")
    if loss.loss == "mmd" and config.training.batch_size < 2:
        raise UserError("the loss mmd compares samples: batch_size must be 2 or more")
    parse_scales(loss.kernel_scales)
    if loss.gradient_scale == "smmd" and loss.kernel == "energy":
        raise UserError("the energy kernel has no derivative for smmd to read; choose another")


def _drift(config: Config, domains: Sequence[str]) -> None:
    if config.experiment.gan_type != "drift":
        return
    if not parse_scales(config.loss.drift_tau, "drift_tau"):
        raise UserError("drift_tau names no temperature; the paper has 0.02,0.05,0.2")
    if config.training.batch_size < 2:
        raise UserError("drift compares samples: batch_size must be 2 or more")
    if config.nets.conditional and config.loss.drift_features != "pixels":
        raise UserError("drift_features squeeze reads no labels; leave out --conditional")


def _pairs(config: Config, domains: Sequence[str]) -> None:
    terms = [option.name for options in COUPLINGS.options.values() for option in options
             if option.name.endswith("_weight") and "pairs" in option.serves]
    on = [name for name in ("content_weight", *terms) if getattr(config.coupling, name) > 0]
    if len(domains) == 1 and on:
        raise UserError(f"{on[0]} compares domains, and {domains[0]} is one")
    if config.coupling.leader > len(domains):
        raise UserError(f"leader is {config.coupling.leader} and there are {len(domains)} domains")
    if config.coupling.leader and config.coupling.tying_weight:
        raise UserError("tying compares weights and no images, so that it knows no leader; leave "
                        "out --leader or --tying_weight")
    nets = config.nets
    shares = max(nets.shared_generator, nets.shared_discriminator) > 0 or (
        has(config.experiment.gan_type, "shared rows") and -1 in (nets.shared_generator,
                                                                  nets.shared_discriminator))
    if config.coupling.leader_frozen and shares:
        raise UserError("leader_frozen keeps a generator as it is, and shared rows would change "
                        "it; set --shared_generator and --shared_discriminator to 0")


def _translators(config: Config, domains: Sequence[str]) -> None:
    points = [name for name in domains if find_domain(name).size is None]
    if has(config.experiment.gan_type, "translators") and points:
        raise UserError(f"a {config.experiment.gan_type} translates images, and {points[0]} holds "
                        "points")


def _adapt(config: Config, domains: Sequence[str]) -> None:
    if not has(config.experiment.gan_type, "adapts"):
        return
    source = find_domain(domains[0])
    if source.classes is None or source.size is None:
        raise UserError(f"adapt learns the classes of the first domain's images, and {domains[0]} "
                        "has none; name a labelled domain first")
    if config.nets.shared_discriminator == 0:
        raise UserError("adapt reads other domains by the rows that the discriminators share; "
                        "set --shared_discriminator to 1 or more")
    if config.nets.conditional and not config.coupling.clusters:
        raise UserError("adapt knows no labels but the first domain's, so its nets cannot be told "
                        "them; leave out --conditional, or add --clusters 10")
    if PAIR_AGREEMENT in config.output.keep_best:
        raise UserError("keep_best pair_agreement would choose by the labels that adapt does "
                        "without; choose kid or swd")


def _augment(config: Config, domains: Sequence[str]) -> None:
    points = [name for name in domains if find_domain(name).size is None]
    for option, text in (("augment", config.loss.augment),
                         ("classifier_augment", config.coupling.classifier_augment)):
        if parse_augmentations(text) and points:
            raise UserError(f"{option} changes images, and {points[0]} holds points")


def _nets(config: Config, domains: Sequence[str]) -> None:
    nets, coupling = config.nets, config.coupling
    for option, value, registry, names in (
            ("feature_layers", coupling.feature_layers, GENERATORS,
             nets.generator if coupling.feature_weight else ""),
            ("shared_generator", nets.shared_generator, GENERATORS, nets.generator),
            ("shared_discriminator", nets.shared_discriminator, DISCRIMINATORS,
             nets.discriminator)):
        for name in filter(registry.__contains__, names_in(names)):
            if value > len(registry[name].table):
                raise UserError(f"{option} is {value} and the table {name} has "
                                f"{len(registry[name].table)} rows")


def _several_tables(config: Config, domains: Sequence[str]) -> None:
    nets = config.nets
    for names, tables in ((nets.generator, generator_tables),
                          (nets.discriminator, discriminator_tables)):
        if "," in names:            # else the rows of all domains are the same
            tables(config, len(domains))
    if differ(nets.generator) and config.coupling.tying_weight:
        raise UserError(f"tying compares weight with weight, and the tables {nets.generator} are "
                        "not the same; leave out --tying_weight, or name one table")
    if nets.parent_iterations and nets.parent_type == "gan":
        for option in ("generator", *["discriminator"] * nets.parent_discriminators):
            if differ(names := getattr(nets, option)):
                raise UserError(f"a parent of one domain has one {option}, of which {names} cannot "
                                "all be copies; choose --parent_type cogan, or one table")


def _clusters(config: Config, domains: Sequence[str]) -> None:
    points = [name for name in domains if find_domain(name).size is None]
    if config.coupling.clusters == 1:
        raise UserError("clusters must be 2 or more; a single one tells nothing apart")
    if config.coupling.clusters and points:
        raise UserError(f"clusters are of images, and {points[0]} holds points")


def _classifier(config: Config, domains: Sequence[str]) -> None:
    path = config.coupling.classifier_path
    if config.nets.conditional and not config.coupling.clusters:
        for name in domains:
            if find_domain(name).classes is None:
                hint = "; add --clusters 10" * has(config.experiment.gan_type, "couplings")
                raise UserError(f"conditional needs labelled data, and {name} has no labels{hint}")
    for name in filter(None, config.coupling.classifier_domains.split(",")):
        if find_domain(name).classes is None:
            raise UserError(f"classifier_domains: {name} has no labels")
        if config.coupling.clusters:
            raise UserError("classifier_domains have labels, and with clusters none are looked at")
    reads = [name for name in READ_CLASSES if getattr(config.coupling, name)]
    unlabelled = [name for name in domains if find_domain(name).classes is None]
    if config.experiment.gan_type == "classifier" and unlabelled:
        raise UserError(f"a classifier needs labelled data, and {unlabelled[0]} has no labels")
    if reads and not path and not config.coupling.clusters and len(unlabelled) == len(domains):
        raise UserError(f"{reads[0]} needs a labelled domain, and {' and '.join(domains)} have "
                        "no labels; or give it a --classifier_path, or --clusters 10")
    if path and not Path(path).is_file():
        raise UserError(f"there is no classifier at {path}")
    if path:
        try:
            read_saved(path, CLASSIFIERS)
        except UserError as error:
            raise UserError(f"cannot read --classifier_path {path}: {error}") from None


def _perceptual(config: Config, domains: Sequence[str]) -> None:
    coupling, layers = config.coupling, perceptual_layers(config.coupling)
    if coupling.content_weight > 0:
        layers_down_to(layers_of(coupling.content_layers), coupling.vgg)
    if coupling.style_weight > 0:
        layers_down_to(layers_of(coupling.style_layers), coupling.vgg)
    if layers and coupling.vgg_weights not in ("imagenet", RANDOM):
        check_weights(coupling.vgg_weights, layers, coupling.vgg)


def _monitor(config: Config, domains: Sequence[str]) -> None:
    asked = f"{config.output.monitor},{config.output.keep_best}"
    names = parse_names(asked, MONITORS, "monitor")
    if PAIR_AGREEMENT in names:
        if len(domains) < 2:
            raise UserError(f"pair_agreement compares domains, and {domains[0]} is one")
        for name in domains:
            if find_domain(name).classes is None or find_domain(name).size is None:
                raise UserError(f"pair_agreement needs labelled images, and {name} has none")


def _devices(config: Config, domains: Sequence[str]) -> None:
    devices, workers = config.device.devices, worker().workers
    if not re.fullmatch(r"one|all|cpu:[1-9][0-9]?", devices):
        raise UserError(f"devices must be one, all or cpu:N, such as cpu:2, not {devices!r}")
    if workers > 1 and devices.startswith("cpu:"):
        raise UserError(f"devices {devices} is for a single process, and TF_CONFIG names "
                        f"{workers}; take one or all")


CHECKS = (_devices, check_styling, _kernel, _drift, _pairs, _translators, _adapt, _augment, _nets,
          _several_tables, _clusters, _classifier, _perceptual, _monitor)

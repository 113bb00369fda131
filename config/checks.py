"""Options that are each valid and contradict each other: found before anything is imported,
loaded or created."""

import re
from pathlib import Path

from config.checks_style import check_styling
from config.options import BY_NAME, GANS
from data.catalogue import domain_names, find
from framework.cluster import place
from framework.errors import UserError
from framework.registry import accepts
from losses.adversarial import LOSSES
from losses.kernels import KERNELS, scales_of
from metrics.choice import MONITORS, parse_names
from nets.architectures import DISCRIMINATORS, GENERATORS
from nets.vgg import RANDOM, check_weights, layers_in_use, layers_of, needed
from penalties.gradient import PENALTIES, SCALES

COUPLINGS = ("feature_weight", "cycle_weight", "tying_weight", "semantic_weight",
             "content_weight")
SINGLE = ("gan", "mmd_gan", "gmmn")
CRITICS_ALONE = ("disc_penalty", "gradient_scale", "asymmetry_weight", "discriminator_dim",
                 "discriminator_steps", "discriminator_norm", "discriminator", "instance_noise")
MMD_OPTIONS = ("kernel", "kernel_gamma", "kernel_bias", "kernel_scales", "kernel_features",
               "asymmetry_weight")


def check_together(config) -> None:
    """Raises UserError for the first contradiction between two options of `config`."""
    domains = domain_names(config.dataset, config.domains, config.data_dir)
    for check in CHECKS:
        check(config, domains)


def _domains(config, domains):
    if config.gan_type in SINGLE and len(domains) != 1:
        raise UserError(f"a {config.gan_type} has one domain, not {len(domains)} "
                        f"({', '.join(domains)}); use --gan_type cogan or scogan")
    if config.gan_type in ("cogan", "scogan") and len(domains) < 2:
        raise UserError(f"a {config.gan_type} couples at least two domains, and "
                        f"{domains[0]} is one; use --gan_type gan")
    if config.gan_type in ("mmd_gan", "gmmn") and config.loss != "mmd":
        raise UserError(f"a {config.gan_type} has the loss mmd; here it is {config.loss}")
    if config.gan_type == "gmmn":
        given = [n for n in CRITICS_ALONE if getattr(config, n) != BY_NAME[n].default]
        if given:
            raise UserError(f"a gmmn has no critic, and {given[0]} is about the critic; "
                            "use --gan_type mmd_gan")


def _couplings(config, domains):
    on = [name for name in COUPLINGS if getattr(config, name) > 0]
    if config.gan_type in (*SINGLE, "classifier") and on:
        raise UserError(f"a {config.gan_type} has no pairs to couple: {on[0]} needs a cogan or "
                        "a scogan")


def _loss(config, domains):
    if config.label_smoothing:
        _belongs("label_smoothing", "label_smoothing", "loss", config.loss, LOSSES)
    if config.clip and (config.loss not in ("wgan", "mmd") or config.disc_penalty != "none"):
        raise UserError("clip belongs to the losses wgan and mmd without a penalty; "
                        f"here it is {config.loss} with penalty {config.disc_penalty}")


def _kernel(config, domains):
    terms = {config.disc_penalty: PENALTIES.get(config.disc_penalty),
             config.gradient_scale: SCALES.get(config.gradient_scale)}
    if config.loss != "mmd":
        kernels = [n for n, term in terms.items() if term and accepts(term, "kernel")]
        given = [n for n in MMD_OPTIONS if getattr(config, n) != BY_NAME[n].default]
        alien = kernels + given + ["discriminator_dim"] * (config.discriminator_dim > 1)
        if alien:
            raise UserError(f"{alien[0]} belongs to the loss mmd; here it is {config.loss}")
    elif terms[config.disc_penalty] and not accepts(terms[config.disc_penalty], "kernel"):
        raise UserError(f"{config.disc_penalty} reads a single score and the critic of the loss "
                        "mmd returns features; use --disc_penalty witness-gp")
    elif config.batch_size < 2:
        raise UserError("the loss mmd compares samples: batch_size must be 2 or more")
    for option in (n for n in MMD_OPTIONS if n.startswith("kernel_")):
        if getattr(config, option) != BY_NAME[option].default:
            _belongs(option, option.removeprefix("kernel_"), "kernel", config.kernel, KERNELS)
    scales_of(config.kernel_scales)
    if config.gradient_scale == "swgan" and config.loss != "wgan":
        raise UserError(f"swgan scales the loss wgan; here it is {config.loss}")
    if config.gradient_scale == "smmd" and config.kernel == "energy":
        raise UserError("the energy kernel has no derivative for smmd to read; choose another")


def _belongs(option, parameter, kind, chosen, registry):
    """Refuses `option` where the thing `chosen` of a registry has no such parameter."""
    able = [name for name, thing in registry.items() if accepts(thing, parameter)]
    if chosen not in able:
        raise UserError(f"{option} means nothing to the {kind} {chosen}; "
                        f"it belongs to {', '.join(able)}")


def _nets(config, domains):
    for option, registry, name in (
            ("feature_layers", GENERATORS, config.generator if config.feature_weight else ""),
            ("shared_generator", GENERATORS, config.generator),
            ("shared_discriminator", DISCRIMINATORS, config.discriminator)):
        if name in registry and getattr(config, option) > len(registry[name].table):
            raise UserError(f"{option} is {getattr(config, option)} and the table {name} has "
                            f"{len(registry[name].table)} rows")
    looks = [n for n in (config.disc_penalty, config.gradient_scale) if n != "none"]
    if looks and config.discriminator_norm == "table":
        named = DISCRIMINATORS.get(config.discriminator)
        if named and any(row.norm == "batch" for row in named.table):
            raise UserError(f"{looks[0]} looks at each sample by itself and batch "
                            "norm in the critic mixes them; use --discriminator_norm layer")


def _classifier(config, domains):
    path = config.classifier_path
    if config.conditional:
        for name in domains:
            if find(name).classes is None:
                raise UserError(f"conditional needs labelled data, and {name} has no labels")
    reads = [name for name in ("semantic_weight", "balance_weight") if getattr(config, name)]
    unlabelled = [name for name in domains if find(name).classes is None]
    if config.gan_type == "classifier" and unlabelled:
        raise UserError(f"a classifier needs labelled data, and {unlabelled[0]} has no labels")
    if reads and not path and len(unlabelled) == len(domains):
        raise UserError(f"{reads[0]} needs a labelled domain, and {' and '.join(domains)} have "
                        "no labels; or give it a --classifier_path")
    if not path:
        return
    if not reads:
        raise UserError("classifier_path is read by the semantic and balance terms only; "
                        "give one of them a weight")
    if not Path(path).is_file():
        raise UserError(f"there is no classifier at {path}")


def _perceptual(config, domains):
    on = config.content_weight > 0 or config.style_weight > 0
    if config.balance_perceptual and not on:
        raise UserError("balance_perceptual finds the weights of content and style; turn one of "
                        "them on with a content_weight or a style_weight")
    if on:
        for name in ("content", "style"):
            if getattr(config, f"{name}_weight") > 0:
                needed(layers_of(getattr(config, f"{name}_layers")), config.vgg)
        if config.vgg_weights not in ("imagenet", RANDOM):
            check_weights(config.vgg_weights, layers_in_use(config), config.vgg)


def _monitor(config, domains):
    names = parse_names(config.monitor, MONITORS, "monitor")
    if names and config.gan_type not in GANS:
        raise UserError(f"monitor measures what generators draw, and a {config.gan_type} has none")
    if "pair_agreement" in names:
        if len(domains) < 2:
            raise UserError(f"pair_agreement compares domains, and {domains[0]} is one")
        for name in domains:
            if find(name).classes is None or find(name).size is None:
                raise UserError(f"pair_agreement needs labelled images, and {name} has none")


def _devices(config, domains):
    if not re.fullmatch(r"one|all|cpu:[1-9][0-9]?", config.devices):
        raise UserError(f"devices must be one, all or cpu:N, such as cpu:2, not "
                        f"{config.devices!r}")
    if place().workers > 1 and config.devices.startswith("cpu:"):
        raise UserError(f"devices {config.devices} is for a single process, and TF_CONFIG names "
                        f"{place().workers}; take one or all")


CHECKS = (_devices, check_styling, _domains, _couplings, _loss, _kernel, _nets, _classifier,
          _perceptual, _monitor)

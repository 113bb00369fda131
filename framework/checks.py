"""Options that are each valid and contradict each other: found before anything is imported,
loaded or created."""

import inspect
from pathlib import Path

from data.registry import domain_names, find
from framework.errors import UserError
from losses.adversarial import LOSSES
from nets.architectures import DISCRIMINATORS, GENERATORS

COUPLINGS = ("feature_weight", "cycle_weight", "tying_weight", "semantic_weight")


def check_together(config) -> None:
    """Raises UserError for the first contradiction between two options of `config`."""
    domains = domain_names(config.dataset, config.domains, config.data_dir)
    for check in (_domains, _couplings, _loss, _nets, _classifier):
        check(config, domains)


def _domains(config, domains):
    if config.gan_type == "gan" and len(domains) != 1:
        raise UserError(f"a gan has one domain, not {len(domains)} ({', '.join(domains)}); "
                        "use --gan_type cogan or scogan")
    if config.gan_type in ("cogan", "scogan") and len(domains) < 2:
        raise UserError(f"a {config.gan_type} couples at least two domains, and "
                        f"{domains[0]} is one; use --gan_type gan")


def _couplings(config, domains):
    on = [name for name in COUPLINGS if getattr(config, name) > 0]
    if config.gan_type in ("gan", "classifier") and on:
        raise UserError(f"a {config.gan_type} has no pairs to couple: {on[0]} needs a cogan or "
                        "a scogan")


def _loss(config, domains):
    takes = inspect.signature(LOSSES.find(config.loss)).parameters
    if config.label_smoothing and "label_smoothing" not in takes:
        able = [name for name, loss in LOSSES.items()
                if "label_smoothing" in inspect.signature(loss).parameters]
        raise UserError(f"label_smoothing means nothing to the loss {config.loss}; "
                        f"it belongs to {', '.join(able)}")
    if config.clip and (config.loss != "wgan" or config.disc_penalty != "none"):
        raise UserError("clip belongs to the loss wgan without a penalty; "
                        f"here it is {config.loss} with penalty {config.disc_penalty}")


def _nets(config, domains):
    for option, registry, name in (
            ("feature_layers", GENERATORS, config.generator if config.feature_weight else ""),
            ("shared_generator", GENERATORS, config.generator),
            ("shared_discriminator", DISCRIMINATORS, config.discriminator)):
        if name in registry and getattr(config, option) > len(registry[name].table):
            raise UserError(f"{option} is {getattr(config, option)} and the table {name} has "
                            f"{len(registry[name].table)} rows")
    if config.disc_penalty != "none" and config.critic_norm == "table":
        named = DISCRIMINATORS.get(config.discriminator)
        if named and any(row.norm == "batch" for row in named.table):
            raise UserError(f"{config.disc_penalty} looks at each sample by itself and batch "
                            "norm in the critic mixes them; use --critic_norm layer")


def _classifier(config, domains):
    path = config.classifier_path
    reads = [name for name in ("semantic_weight", "balance_weight") if getattr(config, name)]
    if not path and (reads or config.gan_type == "classifier"):
        for name in domains:
            if find(name).classes is None:
                wanted = (*reads, "a classifier")[0]
                raise UserError(f"{wanted} needs labelled data, and {name} has no labels")
    if not path:
        return
    if not reads:
        raise UserError("classifier_path is read by the semantic and balance terms only; "
                        "give one of them a weight")
    if not Path(path).is_file():
        raise UserError(f"there is no classifier at {path}")

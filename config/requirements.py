"""Whom an option serves, in the words of a message: the requirements of the rows of options."""

from collections.abc import Mapping
from typing import Any

from config.kinds import serves
from data.names import domain_names, find_domain
from framework.extensions import load_extensions
from framework.options import Requirement, either, one_of, positive
from framework.registry import Registry, accepts
from losses.adversarial import LOSSES
from nets.architectures import DISCRIMINATORS
from nets.tables import names_in
from penalties.couplings import COUPLINGS, READ_CLASSES

load_extensions()               # before kinds, choices and options are read, here and in options.py


def _is_pruned(values: Mapping[str, Any]) -> bool:
    names = domain_names(values["dataset"], values["domains"], values["data_dir"])
    return any(find_domain(name).pruned for name in names)


def _is_penalised(values: Mapping[str, Any]) -> bool:
    return values["disc_penalty"] != "none" or values["gradient_scale"] != "none"


def _has_batch_norm(tables: str) -> bool:
    return any(row.norm == "batch" for name in names_in(tables) if name in DISCRIMINATORS
               for row in DISCRIMINATORS[name].table)


def by_kernel(registry: Registry) -> dict[str, Requirement]:
    """What reads a kernel belongs to the loss mmd, and what reads a score to the others; what
    can do without a kernel goes with both."""
    scores = one_of("loss", *(name for name in LOSSES if name != "mmd"))
    return {name: one_of("loss", "mmd") if accepts(term, "kernel") else scores
            for name, term in registry.items()}


GENERATORS_OF = serves("generators")
TABLE_OF_GENERATORS = serves("generators", unless="flow")
DISCRIMINATORS_OF = serves("discriminators")
TABLE_OF_CRITICS = serves("critic tables")
DRAWING = serves("generators", "translators")   # nets whose images discriminators judge
NAMED_LOSS = serves("named loss")
COUPLED = serves("couplings")
PAIRS = serves("pairs")
STYLING = serves("photographs and paintings")
STYLIST = serves("stylist")
INVERSE = serves("inverse")
PRUNED = Requirement(_is_pruned, "data that are pruned (svhn_pruned)",
                     lambda values: values["dataset"] or values["domains"])
READS_CLASSES = either(*map(positive, READ_CLASSES))
OWN_CLASSIFIER = Requirement(
    lambda values: READS_CLASSES.met(values) and not values["classifier_path"],
    f"{READS_CLASSES.wanted} without --classifier_path",
    lambda values: "no classifier is trained")
CONDITIONAL = Requirement(lambda values: values["conditional"], "--conditional",
                          lambda values: "nets are told no label")
PERCEPTUAL = either(positive("content_weight"), positive("style_weight"))
UNPENALISED = one_of("disc_penalty", "none")
VARIATIONAL = Requirement(lambda values: values["style_variance"], "--style_variance",
                          lambda values: "styles are not variational")
UNVARIED = Requirement(lambda values: not values["style_variance"], "--no_style_variance",
                       lambda values: "styles are variational")
BY_ITSELF = Requirement(
    lambda values: not (_is_penalised(values) and _has_batch_norm(values["discriminator"])),
    "discriminators without batch norm, or without a penalty or scale, which look at each sample "
    "by itself (--discriminator_norm layer)", lambda values: "batch norm mixes the samples")
NO_PARENT = Requirement(lambda values: not values["parent"], "a run without --parent",
                        lambda values: "a trained parent is given")
ANY_COUPLING = Requirement(
    lambda values: any(values[f"{name}_weight"] > 0 for name in COUPLINGS),
    "couplings with a positive weight", lambda values: "none is on")

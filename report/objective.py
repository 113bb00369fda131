"""The objective of a run as formulas, read from the registries that compute its terms."""

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from config.kinds import has
from config.sections import Config
from framework.registry import Registry
from losses.adversarial import LOSSES
from losses.likelihood import LIKELIHOODS
from losses.translation import TRANSLATION
from penalties.couplings import COUPLINGS
from penalties.gradient import GRADIENT_SCALES, PENALTIES

ROOT = Path(__file__).parents[1]
SOURCE = re.compile(r"\(([^()]*(?:eq\.|section|listing|table|arXiv|\d{4})[^()]*)\)")


class Term(NamedTuple):
    """One term of what a player minimises.

    weight: its factor. formula: in LaTeX, empty where none is registered. about: one sentence.
    source: where it was published, as far as its documentation says. place: the file and line
    that compute it. each: whether it is summed over the domains, each by itself.
    """

    name: str
    player: str
    weight: float
    formula: str
    about: str
    source: str
    place: str
    each: bool = False


def terms_of(config: Config) -> list[Term]:
    """What discriminators and generators of a run minimise, term by term; nothing for a kind of
    training that has neither."""
    values, gan_type = config.values(), config.experiment.gan_type
    found: list[Term] = []
    if has(gan_type, "named loss"):
        loss = values["loss"]
        players = ("generators",) if not has(gan_type, "discriminators") else (
            "discriminators", "generators")
        formulas = LOSSES.formulas.get(loss, ())
        for player in players:
            formula = formulas[player == "generators"] if len(formulas) == 2 else ""
            found.append(_term(LOSSES, loss, player, 1.0, formula, each=True))
    if has(gan_type, "discriminators"):
        if values["gradient_scale"] != "none":
            found.append(_term(GRADIENT_SCALES, values["gradient_scale"], "factor of both", 1.0))
        if values["disc_penalty"] != "none":
            found.append(_term(PENALTIES, values["disc_penalty"], "discriminators",
                               values["penalty_weight"], each=True))
    if has(gan_type, "translators"):
        found = [term._replace(weight=values["adversarial_weight"]) if term.player == "generators"
                 else term for term in found]
        found += [term for term in (
            _term(TRANSLATION, "cycle", "generators", values["cycle_lambda"]),
            _term(TRANSLATION, "identity", "generators",
                  values["cycle_lambda"] * values["identity_share"])) if term.weight]
    if has(gan_type, "adapts"):
        found += [term for term in _of_head(values) if term.weight > 0]
    if has(gan_type, "likelihood"):
        found += [_term(LIKELIHOODS, name, "generators", weight, each=True)
                  for name, weight in likelihood_terms(gan_type, values)]
    if has(gan_type, "couplings") or has(gan_type, "pairs"):
        found += [_term(COUPLINGS, name, "generators", values[f"{name}_weight"])
                  for name in COUPLINGS if values.get(f"{name}_weight", 0) > 0]
    return found


def likelihood_terms(gan_type: str, values: Mapping[str, Any]) -> list[tuple[str, float]]:
    """(name in LIKELIHOODS, weight) of what a kind with a likelihood minimises."""
    if has(gan_type, "flow"):
        return [("change of variables", 1.0)]
    return [(values["vae_likelihood"], 1.0), ("kl", values["vae_beta"])]


def _of_head(values: Mapping[str, Any]) -> list[Term]:
    """What the classifier on the discriminators' rows learns."""
    from trainers.class_head import ClassHead

    return [Term(name, "discriminators", values[f"{name}_weight"], formula,
                 " ".join((inspect.getdoc(method) or "").partition("\n\n")[0].split()),
                 "Liu and Tuzel 2016, section 5" if name == "class" else "", place_of(method))
            for name, formula, method in (
                ("class", r"-\mathbb{E}_{x_1, y} \log C(y \mid x_1)", ClassHead.of_source),
                ("class_pairs", r"-\mathbb{E}_z \log C(\hat{y}(G_1(z)) \mid G_j(z))",
                 ClassHead.of_pairs))]


def _term(registry: Registry, name: str, player: str, weight: float,
          formula: str | None = None, each: bool = False) -> Term:
    thing = registry[name]
    if formula is None:
        formula = next(iter(registry.formulas.get(name, ())), "")
    text = " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())
    source = SOURCE.search(text)
    return Term(name, player, float(weight), formula, text, source.group(1) if source else "",
                place_of(thing), each)


def place_of(thing: Any) -> str:
    """The file, from the project's folder on, and the line of a function or class."""
    path, line = inspect.getsourcefile(thing), inspect.getsourcelines(thing)[1]
    shown = Path(path or "").resolve()
    shown = shown.relative_to(ROOT) if shown.is_relative_to(ROOT) else shown
    return f"{shown}:{line}"


def formula_of(terms: list[Term], player: str, domains: int) -> str:
    """The whole of what one player minimises, in LaTeX."""
    own = [term for term in terms if term.player == player and term.formula]
    if not own:
        return ""
    nets = {"discriminators": "D", "generators": "G"}[player]
    over = rf"\sum_{{k=1}}^{{{domains}}}" if domains > 1 else ""
    parts = []
    for term in own:
        factor = "" if term.weight == 1 else rf"{number(term.weight)} \, "
        parts.append(rf"{factor}{over if term.each else ''} \left[ {term.formula} \right]")
    return rf"\min_{{{nets}}} \; " + " + ".join(parts)


def number(value: float) -> str:
    """As one writes it in a formula: 10, 0.05, 3 \\cdot 10^{-9}."""
    mantissa, _, exponent = f"{value:.6g}".partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def whence(values: Mapping[str, Any], preset: Mapping[str, Any],
           defaults: Mapping[str, Any]) -> dict[str, str]:
    """Name of an option -> "preset", "default" or "given": where its value comes from, as far as
    the values tell. One that is both the preset's and the default counts as the preset's."""
    return {name: "preset" if name in preset and preset[name] == value else
            "default" if value == defaults.get(name) else "given"
            for name, value in values.items()}

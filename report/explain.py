"""`main.py explain`: what a run, a preset or a command line trains, as Markdown for a thesis."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from config import presets
from config.kinds import has
from config.norms import discriminator_norm
from config.options import BY_NAME, OPTIONS
from config.resolve import run_domains
from config.sections import Config
from data.names import find_domain
from framework.errors import UserError
from framework.registry import Registry
from nets.architectures import (
    CLASSIFIERS,
    DISCRIMINATORS,
    GENERATORS,
    POINTS,
    Row,
    architecture,
    replace_norms,
    widen,
)
from nets.architectures.translators import blocks_for, patch_critic, translator
from nets.tables import names_in
from report.objective import Term, formula_of, terms_of, whence

ABOUT = {option.name: option for option in OPTIONS}
# What the nets are, the registry and the name of their table, the width, and what replaces norms.
KindOfNet = tuple[str, Registry, str, float, str | None]


def explained(config: Config) -> str:
    """The objective with its weights and where each term is computed, the nets as tables, and what
    differs from the preset, in Markdown. No data and no weights are read."""
    values = config.values()
    terms, domains = terms_of(config), known_domains(config)
    parts = [heading(config, domains), *objective(terms, len(domains)), *nets(config, domains),
             *settings(values)]
    return "\n\n".join(parts) + "\n"


def known_domains(config: Config) -> tuple[str, ...]:
    """The names of the domains; none where the data that name them are not here."""
    with suppress(UserError):
        return run_domains(config.values())
    return ()


def heading(config: Config, domains: Sequence[str]) -> str:
    """What is trained on what, and the preset's source and figures."""
    gan_type, preset = config.experiment.gan_type, config.experiment.preset
    on = ", ".join(domains) or config.data.dataset or config.data.domains
    lines = [f"# {gan_type} on {on}"]
    if preset not in ("", "none"):
        with suppress(UserError):
            known = presets.load_preset(preset)
            lines += [f"Preset `{preset}`: {known.description}."]
            lines += [f"Source: {known.source}."] * bool(known.source)
            reported = presets.reported(known.reports)
            lines += [f"The document reports: {reported}."] * bool(reported)
    return "\n\n".join(lines)


def objective(terms: Sequence[Term], domains: int) -> list[str]:
    """Each player's formula, and a table of the terms; nothing without terms."""
    if not terms:
        return []
    found = ["## Objective"]
    for player in ("discriminators", "generators"):
        if formula := formula_of(list(terms), player, max(1, domains)):
            found.append(f"The {player} minimise\n\n$$ {formula} $$")
    rows = [(term.name, term.player, f"{term.weight:g}", in_a_cell(term.formula),
             term.source or term.about, f"`{term.place}`") for term in terms]
    return [*found, table(("term", "of", "weight", "formula", "source", "computed in"), rows)]


def in_a_cell(formula: str) -> str:
    """The formula in a table of Markdown, where a bar would end the cell."""
    return f"${formula.replace(chr(92) + '|', chr(92) + 'Vert ')}$" if formula else ""


def nets(config: Config, domains: Sequence[str]) -> list[str]:
    """A table of rows for each kind of net that the run has, or one for each domain."""
    kinds: list[KindOfNet] = []
    gan_type, options = config.experiment.gan_type, config.nets
    if has(gan_type, "generators") and not has(gan_type, "flow"):
        kinds.append(("Generator", GENERATORS, options.generator, options.width, None))
    if has(gan_type, "translators"):
        return ["## Nets", *translators(config, shape_of(config, domains))]
    if has(gan_type, "discriminators"):
        kinds.append(("Discriminator", DISCRIMINATORS, options.discriminator,
                      options.width_d or options.width,
                      discriminator_norm(options, config.loss)))
    if has(gan_type, "classifier"):
        kinds.append(("Classifier", CLASSIFIERS, options.classifier, options.width, None))
    shape, found = shape_of(config, domains), []
    for kind, registry, name, width, norm in numbered(kinds):
        if name == "auto" and shape is None:
            found.append(f"{kind}: chosen by the size of the images (`auto`), which are not here.")
            continue
        with suppress(UserError):
            chosen = architecture(registry, name, shape) if shape else registry.find(name)
            rows = replace_norms(widen(chosen.table, width), norm)
            called = next(n for n, each in registry.items() if each is chosen)
            found.append(f"{kind} `{called}`" + (f", width {width:g}" if width != 1 else "")
                         + "\n\n" + net_table(rows))
    return ["## Nets", *found] if found else []


def numbered(kinds: Sequence[KindOfNet]) -> list[KindOfNet]:
    """The kinds, of which each that has a table for every domain stands there once for each."""
    return [(f"{kind} {k}" if "," in names else kind, registry, name, width, norm)
            for kind, registry, names, width, norm in kinds
            for k, name in enumerate(names_in(names), start=1)]


def translators(config: Config, shape: tuple[int, ...] | None) -> list[str]:
    """The tables of both translators and of both discriminators."""
    nets, side = config.nets, min(shape[:2]) if shape else 0
    if not (nets.blocks or side):
        return ["Translator: as deep as the images are large, which are not here."]
    found = []
    for kind, rows, width in (
            ("Translators", translator(nets.blocks or blocks_for(side)), nets.width),
            ("Discriminators", replace_norms(patch_critic(nets.patch_halvings),
                                             discriminator_norm(nets, config.loss)),
             nets.width_d or nets.width)):
        found.append(f"{kind}, one for each domain" + f", width {width:g}" * (width != 1)
                     + "\n\n" + net_table(widen(rows, width)))
    return found


def shape_of(config: Config, domains: Sequence[str]) -> tuple[int, ...] | None:
    """(H, W, C) of the images, (2,) of points; None where the data are not known."""
    if not domains:
        return None
    with suppress(UserError):
        size = find_domain(domains[0]).size
        if size is None:
            return POINTS
        side: int = config.data.image_size or size
        return side, side, 3
    return None


def net_table(rows: Sequence[Row]) -> str:
    """The rows of a net: number, kind, filters, kernel, stride, norm, activation, dropout."""
    return table(("row", "kind", "filters", "kernel", "stride", "norm", "activation", "dropout"), [
        (k, row.kind, row.filters or "", row.kernel or "", row.stride, row.norm or "",
         row.activation or "", row.dropout or "") for k, row in enumerate(rows, 1)])


def settings(values: Mapping[str, Any]) -> list[str]:
    """What was given and differs from the preset, and what the preset sets."""
    preset: dict[str, Any] = {}
    if values["preset"] not in ("", "none"):
        with suppress(UserError):
            preset = dict(presets.load_preset(values["preset"]).values)
    defaults = {name: option.default for name, option in ABOUT.items()}
    origin = whence(values, preset, defaults)
    given = [name for name, where in origin.items()
             if where == "given" and name not in ("preset", "run", "config")]
    found = []
    if given:
        rows = [(f"`{name}`", shown(values[name]),
                 shown(preset[name]) if name in preset else f"{shown(defaults[name])} (default)",
                 BY_NAME[name].help) for name in given]
        of = "the preset" if preset else "the defaults"
        found.append(f"## What differs from {of}\n\n"
                     + table(("option", "here", "there", "what it does"), rows))
    elif preset:
        found.append("## What differs from the preset\n\nNothing.")
    from_preset = [name for name, where in origin.items() if where == "preset"]
    if from_preset:
        rows = [(f"`{name}`", shown(values[name]), BY_NAME[name].help) for name in from_preset]
        found.append("## What the preset sets\n\n"
                     + table(("option", "value", "what it does"), rows))
    return found


def shown(value: Any) -> str:
    """A value as one types it."""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(
        value, float) else str(value)


def table(header: Sequence[str], rows: Sequence[Sequence]) -> str:
    """A table in Markdown; a bar inside of a cell is escaped."""
    def line(cells):
        return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |"
    return "\n".join([line(header), line(["---"] * len(header)), *map(line, rows)])

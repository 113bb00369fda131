"""What a run's log and figures give reason to doubt, in plain words, and what to try."""

from collections.abc import Mapping
from typing import Any

import numpy as np

TAIL = 0.1                      # share of the iterations that count as the end
LEAST_ROWS = 50                 # logged, before anything is said of a trend
WON = 0.1                       # of 1.386, the loss of a discriminator that knows nothing
LOST = 4.0                      # nats: the generator's loss where D(G(z)) is below 2 %
AGREED = 0.2                    # of pairs, below which their agreement is mostly chance
ALIKE = {"spread": 0.5, "variety": 0.3}         # as shares of those of real images; good runs of
                                                # ours had 0.85 and 0.65 at least
COPIED = 0.3                    # of generated images; good runs of ours had 0.03 at most
CHANCE_COPIED = 0.05            # of held-out images that seem copies
CERTAIN = 4                     # standard errors
LESS_ALIKE = ("Try lower --lr_g and --lr_d, --instance_noise 0.1, --disc_penalty r1, or "
              "--keep_best kid, which keeps the checkpoint from before.")


def doubts(columns: Mapping[str, np.ndarray], metrics: Mapping[str, Any],
           loss: str) -> list[tuple[str, str]]:
    """(what is wrong, what to try), the gravest first; nothing where nothing is.

    columns: of `History.read`. metrics: of metrics.json, or empty; its
    "results" as of `rows_of`. loss: name of the run's adversarial loss, whose scale says what a
    small value means.
    """
    return [*_not_finite(columns), *_collapsed(metrics), *_winning(columns, loss),
            *_classes(metrics), *_pairs(metrics), *_memorised(metrics)]


def rows_of(results: Any) -> list[dict[str, Any]]:
    """Of "results" in metrics.json the rows that `doubts` reads: a value of a domain's generated
    images beside its real ones. What is of another shape than `evaluate` writes is left out, since
    people edit such files."""
    return [row for row in results if isinstance(row, dict) and row.get("kind") == "own"
            and row.get("metric") in (*ALIKE, "copies")
            and all(type(row.get(name)) is str for name in ("compared", "by"))
            and all(type(row.get(name, 0.0)) in (int, float) for name in ("value", "error"))
            and "value" in row] if isinstance(results, list) else []


def _end(values: np.ndarray) -> np.ndarray:
    finite = values[np.isfinite(values)]
    return finite[-max(1, round(TAIL * len(finite))):] if len(finite) else finite


def _not_finite(columns):
    for name, values in columns.items():
        rows = values[np.isfinite(values)] if name.startswith("monitor/") else values
        if len(rows) and not np.isfinite(rows).all():
            yield (f"{name} was not finite in {np.sum(~np.isfinite(rows))} of {len(rows)} logged "
                   "iterations.", "Lower --lr_g and --lr_d, or add --on_nan restore.")


def _winning(columns, loss):
    if loss not in ("nonsaturating", "minimax"):
        return
    for name, values in columns.items():
        kind, _, domain = name.partition("/")
        if kind != "d" or len(values) < LEAST_ROWS:
            continue
        generator = columns.get(f"g/{domain}")
        won = np.mean(_end(values)) < WON
        if won and generator is not None and np.mean(_end(generator)) > LOST:
            yield (f"The discriminator of {domain} tells nearly everything apart (its loss is "
                   f"{np.mean(_end(values)):.2f} at the end), so its generator learns little.",
                   "Try --instance_noise 0.1, a lower --lr_d, --disc_penalty r1, or more images "
                   "(--augment color,translation where there are few).")


def _collapsed(metrics):
    for name, found in _by_domain(metrics, ALIKE).items():
        values = {metric: row["value"] for metric, row in found.items()}
        if values.get("spread", 1) < ALIKE["spread"]:
            yield (f"The images that are drawn of {name} hardly differ: two of them by "
                   f"{100 * values['spread']:.0f} % of what two real ones do (by "
                   f"{found['spread']['by']}).", LESS_ALIKE)
        elif values.get("variety", 1) < ALIKE["variety"]:
            yield (f"Of {name} nearly equal images are drawn again and again: the most similar two "
                   f"differ by {100 * values['variety']:.0f} % of what the most similar real ones "
                   f"do (by {found['variety']['by']}).", LESS_ALIKE)


def _memorised(metrics):
    for name, found in _by_domain(metrics, ("copies",)).items():
        row = found["copies"]
        value, error = row["value"], row.get("error", 0.0)
        if value > COPIED and value - CERTAIN * error > CHANCE_COPIED:
            yield (f"{100 * value:.0f} % of the images that are drawn of {name} look like copies "
                   f"of one training image each ({row.get('note', '')}); "
                   f"pairs-nearest-{name}.png shows the nearest.",
                   "Try more images, --augment color,translation,flip, fewer iterations, or "
                   "--keep_best kid.")


def _by_domain(metrics, wanted):
    """The rows of the `wanted` metrics: by domain, and by metric."""
    found: dict[str, dict] = {}
    for row in metrics.get("results", ()):
        if row["metric"] in wanted:
            name = row["compared"].partition(" | ")[0].removeprefix("generated ")
            found.setdefault(name, {})[row["metric"]] = row
    return found


def _classes(metrics):
    present, classes = metrics.get("classes_present"), metrics.get("classes")
    if present is not None and classes and present < classes:
        rest = "one class alone is" if present == 1 else f"{present} of {classes} classes are"
        yield (f"Of all classes, {rest} drawn in every domain.",
               "Try --balance_weight 10, --conditional, or a higher --instance_noise.")


def _pairs(metrics):
    agreement, chance = metrics.get("pair_agreement"), metrics.get("chance", 0.0)
    if agreement is not None and agreement < max(AGREED, 1.5 * chance):
        yield (f"The images of one latent show the same class in {100 * agreement:.0f} % of the "
               f"pairs (chance: {100 * chance:.0f} %): these are no pairs.",
               "Try --parent_iterations 1500 --leader 1 --feature_weight 60, with --conditional "
               "where there are labels and --conditional --clusters 20 where there are none.")

"""What a run's log and figures give reason to doubt, in plain words, and what to try."""

from collections.abc import Mapping
from typing import Any

import numpy as np

TAIL = 0.1                      # share of the iterations that count as the end
LEAST_ROWS = 50                 # logged, before anything is said of a trend
WON = 0.1                       # of 1.386, the loss of a discriminator that knows nothing
LOST = 4.0                      # nats: the generator's loss where D(G(z)) is below 2 %
AGREED = 0.2                    # of pairs, below which their agreement is mostly chance


def doubts(columns: Mapping[str, np.ndarray], metrics: Mapping[str, Any],
           loss: str) -> list[tuple[str, str]]:
    """(what is wrong, what to try), the gravest first; nothing where nothing is.

    columns: of `History.read`. metrics: of metrics.json, or empty. loss: name of the run's
    adversarial loss, whose scale says what a small value means.
    """
    return [*_not_finite(columns), *_winning(columns, loss), *_classes(metrics), *_pairs(metrics)]


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

"""How many samples tell a uniform distribution from one that is far from it."""

from collections.abc import Callable
from functools import partial

import numpy as np

from figures.canvas import COLOURS, GREY, Canvas
from figures.catalogue import Figure, stack_parts
from figures.collisions import (
    far_by_l1,
    far_by_l2,
    l1_rejects,
    l2_rejects,
    misses_last,
    uniform_samples,
)

THINGS, DISTANCES = (64, 256, 1024, 4096, 16384), (0.15, 0.3)
L2_DISTANCE, KL_THINGS = 0.15, (64, 1024)
REPEATS, SEED, SURE = 400, 0, 2 / 3             # SURE: share of right answers of a test that works

Draw = Callable[[tuple[int, int], np.random.Generator], np.ndarray]


def rejection_rates(rejects: Callable[[np.ndarray], np.ndarray], far: Draw, things: int,
                    counts: np.ndarray, unit: float, seed: int = SEED,
                    repeats: int = REPEATS) -> dict[str, np.ndarray]:
    """How often `rejects` calls T samples of the uniform distribution and of `far` not uniform,
    for each T of `counts`. unit: the T of the law, for the column `scaled`."""
    rates = {"uniform": [], "far": []}
    for count in counts:
        rng = np.random.default_rng([seed, things, count])
        for name, draw_some in (("uniform", partial(uniform_samples, things)), ("far", far)):
            rates[name].append(rejects(draw_some((repeats, count), rng)).mean())
    ones = np.ones(len(counts), int)
    return {"things": things * ones, "samples": counts, "scaled": counts / unit,
            "uniform_rejected": np.array(rates["uniform"]), "far_rejected": np.array(rates["far"]),
            "repeats": repeats * ones, "seed": seed * ones}


def counts_about(unit: float, low: float, high: float) -> np.ndarray:
    """Twelve numbers of samples, at least 2, from low to high times `unit`."""
    return np.unique(np.maximum(2, np.rint(unit * np.geomspace(low, high, 12)).astype(int)))


def by_l1(things: int, distance: float) -> dict[str, np.ndarray]:
    """By collisions, p far by L1. The law is sqrt(N) / e^2."""
    unit = np.sqrt(things) / distance**2
    return rejection_rates(partial(l1_rejects, things=things, distance=distance),
                           partial(far_by_l1, things, distance), things,
                           counts_about(unit, 0.05, 1.5), unit)


def by_l2(things: int) -> dict[str, np.ndarray]:
    """By collisions, p far by L2. 1 / e^2 samples are enough, whatever N."""
    unit = L2_DISTANCE**-2
    return rejection_rates(partial(l2_rejects, things=things, distance=L2_DISTANCE),
                           partial(far_by_l2, things, L2_DISTANCE), things,
                           counts_about(unit, 0.05, 4), unit)


def by_kl(things: int) -> dict[str, np.ndarray]:
    """Whether the last thing is missing, p uniform on the others. It takes N samples."""
    return rejection_rates(partial(misses_last, things=things),
                           partial(uniform_samples, things - 1), things,
                           counts_about(things, 0.05, 5), things)


def needed(columns: dict[str, np.ndarray]) -> float:
    """The number of samples from which on both answers are right with probability SURE, read
    between the counts; nan if none is enough."""
    right = np.minimum(1 - columns["uniform_rejected"], columns["far_rejected"])
    sure = right >= SURE
    if not sure[-1]:
        return float("nan")
    first = len(sure) - int(np.argmin(sure[::-1])) if not sure.all() else 0
    if first == 0:
        return float(columns["samples"][0])
    pair = slice(first - 1, first + 1)
    return float(np.exp(np.interp(SURE, right[pair], np.log(columns["samples"][pair]))))


def draw() -> Figure:
    """Rejection rates by the number of samples T: collisions tell the uniform distribution on N
    from one e away by L1 with about sqrt(N) / e^2 samples (the slides have the simpler bound
    sqrt(N) / e^4; the sharp one is Paninski's, 2008), by L2 with 1 / e^2 or fewer. An infinite
    Kullback-Leibler divergence is not seen before T is near N (document 002)."""
    l1 = {(n, e): by_l1(n, e) for e in DISTANCES for n in THINGS}
    l2, kl = {n: by_l2(n) for n in THINGS}, {n: by_kl(n) for n in KL_THINGS}
    canvas = Canvas(1, 4)
    show = {"ylim": (-0.03, 1.03), "xscale": "log"}
    panel = canvas.panel(0, f"L1: {DISTANCES[-1]} far (solid), uniform (dashed)", **show,
                         xlabel="T", ylabel="rejected")
    _rates(panel, {f"N = {n}": l1[n, DISTANCES[-1]] for n in THINGS}, "samples")
    panel = canvas.panel(1, f"L1: T for {SURE:.0%} right answers", xscale="log", yscale="log",
                         xlabel="N", ylabel="T")
    for e, colour in zip(DISTANCES, COLOURS, strict=False):
        found = np.array([needed(l1[n, e]) for n in THINGS])
        law = np.sqrt(THINGS) / e**2
        share = float(np.exp(np.mean(np.log(found / law))))
        panel.plot(THINGS, found, "o", c=colour, label=f"e = {e}")
        panel.plot(THINGS, share * law, c=GREY, lw=1, label=f"{share:.2f} sqrt(N) / e²")
    panel.legend(fontsize=7, frameon=False)
    panel = canvas.panel(2, f"L2: {L2_DISTANCE} far (solid), uniform", **show, xlabel="T e²")
    _rates(panel, {f"N = {n}": columns for n, columns in l2.items()}, "scaled")
    panel = canvas.panel(3, "KL: N - 1 of N things (solid), N", **show, xlabel="T / N")
    _rates(panel, {f"N = {n}": columns for n, columns in kl.items()}, "scaled")
    at = np.geomspace(0.05, 5)
    panel.plot(at, np.exp(-at), ":", c=GREY, label="exp(-T / N)")
    panel.legend(fontsize=7, frameon=False)
    return Figure(canvas.picture(), stack_parts(
        {f"L1, {e} far": _joined([l1[n, e] for n in THINGS]) for e in DISTANCES}
        | {f"L2, {L2_DISTANCE} far": _joined(l2.values()), "KL": _joined(kl.values())}))


def _joined(tables) -> dict[str, np.ndarray]:
    columns = stack_parts({str(k): table for k, table in enumerate(tables)})
    del columns["part"]
    return columns


def _rates(panel, tables, axis) -> None:
    for (name, columns), colour in zip(tables.items(), COLOURS, strict=False):
        panel.plot(columns[axis], columns["far_rejected"], c=colour, label=name)
        panel.plot(columns[axis], columns["uniform_rejected"], "--", c=colour)
    panel.legend(fontsize=7, frameon=False)

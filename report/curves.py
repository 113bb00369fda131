"""Curves of a log for a page: as many points as a screen shows, whatever the log's length."""

import math
from typing import Any

import numpy as np

from framework.history import MONITOR_PREFIX

MOST = 600                      # points of a curve
DIGITS = 5                      # that a screen can show


def thinned(columns: dict[str, np.ndarray], most: int = MOST) -> list[dict[str, Any]]:
    """Charts of the columns of a losses.csv (`History.read`), one for each kind of term.

    A chart is {"kind", "x": [n], "series": [{"name", "mean", "low", "high"}]} with n <= `most`:
    means and ranges of runs of rows of equal length. Monitors, which stand in few rows, keep
    those alone. None stands for what is not finite.
    """
    if not len(columns.get("iteration", ())):
        return []
    kinds: dict[tuple[str, bool], list[str]] = {}
    for name in columns:
        if name != "iteration":
            monitor = name.startswith(MONITOR_PREFIX)
            kind = name.removeprefix(MONITOR_PREFIX).partition("/")[0]
            kinds.setdefault((kind, monitor), []).append(name)
    charts = []
    for (kind, monitor), names in kinds.items():
        there = np.any([np.isfinite(columns[name]) for name in names], 0)
        rows = there if monitor else np.ones_like(there)
        if not rows.any():
            continue
        x, bins = _bins(columns["iteration"][rows], most)
        charts.append({"kind": kind, "monitor": monitor, "x": x, "series": [
            {"name": name.removeprefix(MONITOR_PREFIX).partition("/")[2] or kind,
             **_summary(columns[name][rows], bins)} for name in names]})
    return charts


def _bins(iterations: np.ndarray, most: int) -> tuple[list[int], np.ndarray]:
    """The last iteration of each run of rows, and the first row of each."""
    length = max(1, math.ceil(len(iterations) / most))
    starts = np.arange(0, len(iterations), length)
    ends = np.minimum(starts + length, len(iterations)) - 1
    return iterations[ends].tolist(), starts


def _summary(values: np.ndarray, starts: np.ndarray) -> dict[str, list]:
    whole = np.isfinite(values)
    count = np.add.reduceat(whole.astype(float), starts)
    with np.errstate(all="ignore"):
        mean = np.add.reduceat(np.where(whole, values, 0), starts) / count
    low = np.minimum.reduceat(np.where(whole, values, np.inf), starts)
    high = np.maximum.reduceat(np.where(whole, values, -np.inf), starts)
    return {"mean": _numbers(mean), "low": _numbers(low), "high": _numbers(high)}


def _numbers(values: np.ndarray) -> list:
    return [float(f"{v:.{DIGITS}g}") if np.isfinite(v) else None for v in values.tolist()]

"""Pictures of a run: scatters of 2-D points and loss curves. Grids: framework.grid.

Arrays come in as numpy, pictures are uint8 [H, W, 3] RGB; matplotlib is imported at the first
drawing. Files are replaced in one step, so that a viewer never reads half a picture.
"""

import math
from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.files import replacing
from framework.fonts import families_for, undrawable_letters_unsaid
from framework.grid import MAX_SIDE
from framework.history import MONITOR_PREFIX
from framework.text import shortened

TITLES = {"d": "critic", "g": "generator", "penalty": "gradient penalty", "scale": "critic scale",
          "feature": "feature difference", "cycle": "latent recovery",
          "semantic": "semantic difference", "balance": "class balance",
          "tying": "weight difference", "content": "content difference",
          "style": "style difference", "weighted": "couplings as weighted",
          "pair_agreement": "pair agreement"}
COLOURS = ("#1f6fb4", "#d9541e", "#2a9150", "#8b4fb0", "#b08a1e", "#3aa5ad", "#c23b6e",
           "#666666")
MAX_NAME = 24                   # characters of a domain in a legend
LOG_RATIO = 100                 # of the values in a panel, above which its axis is logarithmic


def save_png(path: str | Path, picture: np.ndarray) -> None:
    """Writes uint8 [H, W, 3] RGB to `path`. Raises UserError where it cannot be written."""
    import cv2

    if max(picture.shape[:2]) > MAX_SIDE:
        raise UserError(f"{path} would be {picture.shape[1]} x {picture.shape[0]} pixels; a PNG "
                        f"has {MAX_SIDE} a side at most")
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(cv2.imencode(".png", picture[..., ::-1])[1].tobytes())
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None


def scatter_picture(points: np.ndarray, data: np.ndarray | None = None) -> np.ndarray:
    """Generated `points` [N, 2] over the `data` [M, 2], on axes that do not move with the
    points, so that the pictures of a run can be compared."""
    figure = _figure(5.2, 5.2)
    axes = figure.add_axes((0.08, 0.06, 0.9, 0.88))
    reach = 1.8 if data is None else max(1.5, 1.2 * float(np.abs(data).max()))
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    if data is not None:
        axes.scatter(*data.T, s=5, c="#b9bec6", lw=0, label="data")
    axes.scatter(*points.T, s=5, c=COLOURS[1], alpha=0.7, lw=0, label="generated")
    axes.legend(loc="upper right", ncols=2, frameon=False, markerscale=3, fontsize=9,
                bbox_to_anchor=(1, 1.075), borderpad=0, handletextpad=0)
    axes.tick_params(labelsize=8)
    return _drawn(figure)


def loss_plot(path: str | Path, columns: dict[str, np.ndarray]) -> None:
    """Plots the columns of a losses.csv (`History.read`): one panel per kind of term, a smooth
    line over the faint raw values. Columns are named `kind/domain` or `kind`, those of monitors
    with "monitor/" before it; nothing is written while there are no rows."""
    if len(columns.get("iteration", ())):
        figure = loss_figure(columns)
        with undrawable_letters_unsaid():
            figure.tight_layout()
            picture = _drawn(figure)
        save_png(path, picture)


def loss_figure(columns: dict[str, np.ndarray]):
    """The matplotlib figure of `loss_plot`, of one row at least, not yet drawn."""
    kinds = {}
    for name, values in columns.items():
        if name != "iteration" and not (name.startswith(MONITOR_PREFIX) and np.isnan(values).all()):
            kinds.setdefault(name.removeprefix(MONITOR_PREFIX).partition("/")[0], []).append(name)
    across = min(3, len(kinds))
    down = math.ceil(len(kinds) / across)
    figure, families = _figure(4.4 * across, 2.8 * down), families_for(columns)
    for place, (kind, names) in enumerate(kinds.items(), 1):
        axes = figure.add_subplot(down, across, place)
        there = np.isfinite(columns[names[0]]) | (not names[0].startswith(MONITOR_PREFIX))
        curves = {name.removeprefix(MONITOR_PREFIX).partition("/")[2]: columns[name][there]
                  for name in names}
        _panel(axes, columns["iteration"][there], curves, families)
        axes.set_title(TITLES.get(kind) or kind, fontsize=11, loc="left", family=families,
                       parse_math=False)
    return figure


def _panel(axes, iterations, curves, families):
    from matplotlib.ticker import MaxNLocator

    step = math.ceil(len(iterations) / 4000)
    marker = "o" if len(iterations) == 1 else None
    raw, smooth = list(curves.values()), [smoothed(values) for values in curves.values()]
    lines = []
    for colour, values, mean in zip(COLOURS * len(raw), raw, smooth, strict=False):
        axes.plot(iterations[::step], values[::step], c=colour, alpha=0.25, lw=0.7)
        lines += axes.plot(iterations[::step], mean[::step], c=colour, lw=1.6, marker=marker)
    if _spans_powers_of_ten(raw, smooth):
        axes.set_yscale("log")
        low, high = _limits(np.log10(raw), np.log10(smooth))
        axes.set_ylim(10.0 ** low, 10.0 ** high)
    else:
        axes.set_ylim(*_limits(raw, smooth))
    axes.set_xlabel("iteration", fontsize=9)
    axes.xaxis.set_major_locator(
        MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.tick_params(labelsize=8)
    axes.grid(alpha=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    if any(curves):
        _legend(axes, lines, list(curves), families)


def _legend(axes, lines, names, families):
    """The names as they are: matplotlib takes what is between two $ for a formula, and leaves out
    what begins with _."""
    from matplotlib.font_manager import FontProperties

    legend = axes.legend(lines, [str(k) for k in range(len(names))], frameon=False, loc="best",
                         prop=FontProperties(family=families, size=8))
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)
        text.set_text(shortened(name, MAX_NAME))


def smoothed(values: np.ndarray) -> np.ndarray:
    """The mean over a window of about a fortieth of the values around each, [N]; at the ends
    over the part of the window that there is."""
    reach = len(values) // 80
    total = np.concatenate([[0.0], np.cumsum(values, dtype=float)])
    at = np.arange(len(values))
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(values))
    means = (total[high] - total[low]) / (high - low)
    # Of values that are tiny beside the first ones the difference of sums leaves 0, or less.
    return np.clip(means, values.min(), values.max()) if len(values) else means


def _spans_powers_of_ten(raw, smooth):
    """Whether the smooth curves of a panel reach over more than LOG_RATIO, but for their few
    least and largest values, and everything is above zero."""
    low, high = np.percentile(np.concatenate(smooth), (2, 98))
    return bool(high > LOG_RATIO * low and min(values.min() for values in raw) > 0)


def _limits(raw, smooth):
    """What nearly all raw values and every smooth one from a tenth of the way on lie in: a few
    large values at the start must not press the rest into a line."""
    low, high = np.percentile(np.concatenate(raw), (1, 99))
    late = np.concatenate([values[len(values) // 10:] for values in smooth])
    low, high = min(low, late.min()), max(high, late.max())
    margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - margin, high + margin


def _figure(width, height):
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), dpi=110)
    FigureCanvasAgg(figure)
    return figure


def _drawn(figure) -> np.ndarray:
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].copy()

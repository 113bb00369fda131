"""Which way of style transfer is best: its distances from photograph and painting, and its costs.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from figures.canvas import COLOURS, GREY, Canvas
from figures.catalogue import Figure
from figures.style_measures import Measures, weights_name
from figures.style_results import Picture, Way, find_ways, results_of, whole_pictures
from framework.costs import Costs
from framework.errors import UserError
from framework.progress import progress

PHOTOGRAPH, PAINTING = BOUNDS = ("the photograph itself", "the painting itself")
METHODS = "gatys,swap"
TITLE = "# Which way of style transfer is best?"
PLANES = (("content", "gram"), ("content", "features"), ("lpips", "colours"),
          ("core_seconds", "peak_mib"))


class Column(NamedTuple):
    """A measure: its title in the table, and how its numbers are written there."""

    title: str
    form: str


COLUMNS = {"content": Column("content", ".3f"), "gram": Column("Gram", ".3f"),
           "features": Column("features", ".3f"), "colours": Column("colours", ".1f"),
           "lpips": Column("LPIPS", ".3f"), "seconds": Column("s", ".2f"),
           "core_seconds": Column("core s", ".2f"), "peak_mib": Column("peak MiB", ".0f")}
ABOUT = """\
Mean +- standard error over the pairs. The lower, the nearer; what is near in both is good.

- content: squared difference of VGG's features from the photograph's, 1 for two photographs that
  have nothing to do with each other
- Gram: difference of Gram matrices from the painting's, relative to the painting's; Gatys et al.
  minimise it
- features: sliced Wasserstein distance from the painting's features, in their standard deviations
- colours: sliced Wasserstein distance of the pixels from the painting's, levels of 255
- LPIPS: to the photograph
- s, core s, peak MiB: of one result, by the clock and by all cores together, nets loaded and
  compiled; memory of the process, one for each way

No measure says what people like: `main.py study` asks them, of the folders of results."""


def draw(folders: Sequence[str] = (), methods: str = METHODS, runs: Sequence[str] = (),
         count: int = 30, size: int = 256, vgg_weights: str = "imagenet", lpips_weights: str = "",
         iterations: int = 0, seed: int = 0, output: str = "runs/figures") -> Figure:
    """Draws photograph i in the style of painting i mod K by each of the `methods`, and measures.

    folders: of photographs and of paintings, both held out from training. methods, runs, settings:
    see `figures.style_results.find_ways`. count: pairs, at most one for each photograph. size: of
    the longer side of all pictures. lpips_weights: of SqueezeNet, see `metrics.lpips`. iterations:
    of methods that take steps; 0: as many as each takes by itself. output: folder under which the
    results lie. Raises UserError as the functions of `figures.style_results` do.
    """
    photographs, paintings = pictures(folders, count, size)
    if len(photographs) < 2:
        raise UserError("the content distance is relative to that of two photographs; "
                        f"{folders[0]} has one")
    pairs = [(photograph, paintings[i % len(paintings)])
             for i, photograph in enumerate(photographs)]
    ways = find_ways(methods, runs, settings(vgg_weights, iterations, seed))
    results = results_of(ways, pairs, results_folder(output))
    measures = Measures(photographs, vgg_weights, lpips_weights, seed)
    rows = []
    with progress(len(pairs), "measuring", "pairs") as bar:
        for photograph, painting in pairs:
            measure = measures.of_pair(photograph.pixels, painting.pixels)
            free = Costs(*[np.nan] * len(Costs._fields))
            shown = [(PHOTOGRAPH, photograph.pixels, free), (PAINTING, painting.pixels, free)]
            shown += [(each.way, each.pixels, each.costs) for each in results
                      if each.photograph is photograph and each.painting is painting]
            rows += [{"way": way, "photograph": photograph.name, "painting": painting.name,
                      **measure(pixels), **costs._asdict()} for way, pixels, costs in shown]
            bar.update()
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    text = table(columns, [*BOUNDS, *(way.name for way in ways)])
    how = (f"{len(pairs)} pairs, longer side {size}; VGG-19 ({weights_name(vgg_weights)}), content "
           f"at {', '.join(measures.content_layers)}, style at {', '.join(measures.style_layers)}; "
           f"{measures.lpips.name}; seed {seed}.")
    said = [TITLE, how, text, ABOUT, "\n".join(["Ways:", "", *map(_line, ways)])]
    return Figure(plot(columns, [way.name for way in ways]), columns,
                  "\n\n".join(said) + "\n")


def pictures(folders: Sequence[str], count: int, size: int) -> tuple[list[Picture], list[Picture]]:
    """The first `count` whole photographs and paintings of the two `folders`."""
    if len(folders) != 2:
        raise UserError("name two folders: of photographs and of paintings")
    photographs, paintings = (whole_pictures(folder, count, size) for folder in folders)
    return photographs, paintings


def settings(vgg_weights: str, iterations: int, seed: int) -> dict[str, Any]:
    """The options that are given to each method that has them."""
    return {"vgg_weights": vgg_weights, "seed": seed} | (
        {"iterations": iterations} if iterations else {})


def results_folder(output: str) -> Path:
    """Where the results lie under `output`, those of both figures of ways."""
    return Path(output) / "style-results"


def table(columns: dict[str, np.ndarray], ways: Sequence[str]) -> str:
    """The table in Markdown: a row for each way with the mean and its standard error of each of
    COLUMNS over the rows of the way. A cell without a number stays empty."""
    lines = [f"| way | pairs | {' | '.join(each.title for each in COLUMNS.values())} |",
             "|" + "---|" * (len(COLUMNS) + 2)]
    for way in ways:
        rows = columns["way"] == way
        cells = [_cell(columns[name][rows], each.form) for name, each in COLUMNS.items()]
        lines.append(f"| {way} | {rows.sum()} | {' | '.join(cells)} |")
    return "\n".join(lines)


def standard_error(values: np.ndarray) -> float:
    """Of the mean of `values` [N]; nan for fewer than two."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan


def _cell(values, form: str) -> str:
    if not len(values) or np.isnan(values).any():
        return ""
    error = standard_error(values)
    return f"{values.mean():{form}}" + ("" if np.isnan(error) else f" +- {error:{form}}")


def _line(way: Way) -> str:
    told = ", ".join(f"{name} {value}" for name, value in way.told.items()
                     if value not in ("", None))
    told = told if way.name == way.method else f"{way.method}, {told}"
    return f"- {way.name}: {told}"


def plot(columns: dict[str, np.ndarray], ways: Sequence[str]) -> np.ndarray:
    """Each way as a point with its standard errors, in planes of two measures each."""
    from matplotlib.ticker import LogLocator, NullLocator

    canvas = Canvas(2, 2, 4.8, 3.6)
    for number, (across, up) in enumerate(PLANES):
        panel = canvas.panel(number, "", xlabel=COLUMNS[across].title, ylabel=COLUMNS[up].title)
        points = {}
        for way, colour in [*dict.fromkeys(BOUNDS, GREY).items(),
                            *zip(ways, COLOURS * len(ways), strict=False)]:
            rows = columns["way"] == way
            x, y = columns[across][rows], columns[up][rows]
            if len(x) and not np.isnan(x).any():
                points[way] = x.mean(), y.mean(), colour
                panel.errorbar(x.mean(), y.mean(), standard_error(y), standard_error(x), "o",
                               ms=4, c=colour, capsize=2)
        panel.margins(0.12)
        if across == "core_seconds":
            panel.set_xscale("log")
            panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            panel.xaxis.set_minor_locator(NullLocator())
            panel.xaxis.set_major_formatter("{x:g}")
        for way, (x, y, colour) in points.items():      # towards the middle, so that it has room
            left = panel.transData.transform((x, y))[0] < panel.transAxes.transform((0.5, 0))[0]
            panel.annotate(way, (x, y), (5 if left else -5, 4), textcoords="offset points",
                           ha="left" if left else "right", fontsize=8, color=colour)
    return canvas.picture()

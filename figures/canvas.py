"""The common look of all figures."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, PURPLE, GREY = "#1f6fb4", "#d9541e", "#2a9150", "#8b4fb0", "#9aa2ad"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#b08a1e", "#3aa5ad", "#c23b6e", "#666666")


class Canvas:
    """A figure of `rows` x `columns` panels of width x height inches, without a window."""

    def __init__(self, rows: int, columns: int, width: float = 3.6, height: float = 3.0):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure = Figure((width * columns, height * rows), dpi=110, layout="constrained")
        self.canvas = FigureCanvasAgg(self.figure)
        self.panels = list(self.figure.subplots(rows, columns, squeeze=False).flat)
        for panel in self.panels:
            panel.tick_params(labelsize=8)
            panel.spines[["top", "right"]].set_visible(False)

    def panel(self, number: int, title: str, **settings: Any) -> "Axes":
        """Sets up panel `number` with its title. settings: those of matplotlib's `Axes.set`."""
        panel = self.panels[number]
        panel.set_title(title, fontsize=10, loc="left")
        panel.set(**settings)
        return panel

    def picture(self) -> np.ndarray:
        """Draws the figure as uint8 [H, W, 3]."""
        self.canvas.draw()
        return np.asarray(self.canvas.buffer_rgba())[..., :3].copy()

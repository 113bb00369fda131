"""Writes the loss curve of one result as a picture or as a table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.files import write_text
from framework.plots import loss_plot
from style.images import check_folder


def is_picture(path: str | Path) -> bool:
    """Whether the file's name ends in .png."""
    return Path(path).suffix.lower() == ".png"


def check_curve_output(path: str | Path) -> None:
    """Raises UserError unless `path` is empty, or a .png or .csv file in an existing folder."""
    if not path:
        return
    if Path(path).suffix.lower() not in (".png", ".csv"):
        raise UserError(f"{path}: a curve is a .png or a .csv")
    check_folder(Path(path).parent)


def write_curve(path: str | Path, losses: Sequence[float]) -> None:
    """Writes the loss of each step, counted from 1. Raises UserError if that fails."""
    steps = np.arange(1, len(losses) + 1)
    if is_picture(path):
        loss_plot(path, {"iteration": steps, "loss": np.array(losses)})
        return
    lines = ["iteration,loss", *(f"{i},{loss:.7g}" for i, loss in zip(steps, losses, strict=True))]
    try:
        write_text(path, "\n".join(lines) + "\n")
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from None

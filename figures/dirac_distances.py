"""Distances in DiracGAN under an optimal critic: with the plain MMD, a step function."""

import numpy as np

from figures.canvas import BLUE, GREEN, ORANGE, Canvas
from figures.catalogue import Figure
from figures.dirac import (
    best_penalised_psi,
    dirac_mmd2,
    largest_mmd,
    largest_scaled_mmd,
    penalised_objective,
)


def distances() -> dict[str, np.ndarray]:
    """Returns columns over theta in [-5, 5]. "mmd_gp" is the MMD under the critic that maximises
    the penalised objective, "mmd_gp_objective" that objective; penalty and regularisation are 1."""
    theta = np.linspace(-5, 5, 401)
    away = np.where(theta == 0, 1.0, theta)
    psi = best_penalised_psi(away)
    return {"theta": theta, "mmd": largest_mmd(theta),
            "mmd_gp": np.where(theta == 0, 0.0, np.sqrt(dirac_mmd2(psi, away))),
            "mmd_gp_objective": np.where(theta == 0, 0.0, penalised_objective(psi, away)),
            "smmd": largest_scaled_mmd(theta)}


def draw() -> Figure:
    """DiracGAN: at theta = 0 D_MMD jumps, the MMD under MMD-GP has a cusp, and D_SMMD has slopes
    of 1."""
    columns, canvas = distances(), Canvas(1, 3)
    shown = (("mmd", "D_MMD", ORANGE), ("mmd_gp_objective", "MMD-GP, and its MMD (dotted)", GREEN),
             ("smmd", "D_SMMD", BLUE))
    for number, (name, title, colour) in enumerate(shown):
        panel = canvas.panel(number, title, xlabel="theta", ylim=(-0.05, 1.55))
        marks = {"ls": "", "marker": ".", "ms": 2} if name == "mmd" else {}
        panel.plot(columns["theta"], columns[name], c=colour, **marks)
        panel.grid(alpha=0.2)
    canvas.panels[1].plot(columns["theta"], columns["mmd_gp"], ":", c=GREEN)
    return Figure(canvas.picture(), columns)

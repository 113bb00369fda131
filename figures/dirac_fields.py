"""The vector fields of generator and critic in DiracGAN, where each has one parameter."""

import numpy as np

from figures.canvas import BLUE, GREY, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.dirac import FIELDS, trajectory

AXIS_LIMIT, START, TIME = 2.0, (1.0, 0.5), 25.0


def fields() -> dict[str, dict[str, np.ndarray]]:
    """Returns theta, psi and their derivatives on a grid, flat [21 * 21], by model."""
    axis = np.linspace(-AXIS_LIMIT, AXIS_LIMIT, 21)
    theta, psi = (x.ravel() for x in np.meshgrid(axis, axis))
    found = {}
    for name, field in FIELDS.items():
        down, up = (np.asarray(rate) for rate in field(theta, psi))
        found[name] = {"theta": theta, "psi": psi, "theta_rate": down, "psi_rate": up}
    return found


def draw() -> Figure:
    """DiracGAN: the flow of theta and psi under eight losses, and a path from (1, 0.5)."""
    found, canvas = fields(), Canvas(2, 4, 3.0, 3.0)
    for number, (name, columns) in enumerate(found.items()):
        panel = canvas.panel(number, name, xlabel="theta", ylabel="psi", aspect="equal",
                             xlim=(-AXIS_LIMIT, AXIS_LIMIT), ylim=(-AXIS_LIMIT, AXIS_LIMIT))
        rates = np.stack([columns["theta_rate"], columns["psi_rate"]])
        arrows = rates / np.maximum(np.linalg.norm(rates, axis=0), 1e-9)
        panel.quiver(columns["theta"], columns["psi"], *arrows, color=GREY, scale=28,
                     width=0.005)
        panel.axvline(0, c=BLUE, lw=1, alpha=0.6)
        panel.plot(*trajectory(FIELDS[name], *START, TIME).T, c=ORANGE, lw=1.3)
        panel.plot(*START, "o", c=ORANGE, ms=4)
    return Figure(canvas.picture(), stack_parts(found))

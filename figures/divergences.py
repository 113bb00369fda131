"""Two Gaussians that move apart: one distance levels off, the other does not."""

import numpy as np

from figures.canvas import BLUE, COLOURS, ORANGE, Canvas
from figures.catalogue import Figure

SHIFTS = np.arange(0, 20.5, 0.5)


def normal_density(x: np.ndarray, mean: float | np.ndarray = 0.0,
                   sd: float | np.ndarray = 1.0) -> np.ndarray:
    """The density of the normal distribution at x."""
    return np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))


def kullback_leibler(p: np.ndarray, q: np.ndarray, step: float) -> np.ndarray:
    """KL(p || q) [...] in nats of densities [..., X] on a grid of the given step; 0 log 0 is 0."""
    ratio = np.where(p > 0, p, 1.0) / np.where(p > 0, np.maximum(q, 1e-300), 1.0)
    return np.sum(p * np.log(ratio), -1) * step


def jensen_shannon(p: np.ndarray, q: np.ndarray, step: float) -> np.ndarray:
    """(KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, in nats: at most log 2."""
    m = 0.5 * (p + q)
    return 0.5 * (kullback_leibler(p, m, step) + kullback_leibler(q, m, step))


def wasserstein(p: np.ndarray, q: np.ndarray, step: float) -> np.ndarray:
    """W_1, the area between the distribution functions."""
    return np.sum(np.abs(np.cumsum(p - q, -1)), -1) * step**2


def divergence_curves() -> dict[str, np.ndarray]:
    """Both distances between N(0, 1) and N(shift, 1), on one grid. Appendix C evaluates the two
    densities on different grids, and writes a standard deviation of 0.1 where it uses 1."""
    x, step = np.linspace(-10, 30, 8001, retstep=True)
    p, q = normal_density(x), normal_density(x, SHIFTS[:, None])
    return {"shift": SHIFTS, "jensen_shannon": jensen_shannon(p, q, step),
            "wasserstein": wasserstein(p, q, step)}


def draw() -> Figure:
    """Two Gaussians move apart: Jensen-Shannon levels off at log 2, Wasserstein keeps growing
    (figures 2.7 and 2.12 of the SCoGAN thesis)."""
    columns, canvas = divergence_curves(), Canvas(1, 3)
    x = np.linspace(-4, 24, 800)
    panel = canvas.panel(0, "densities")
    for colour, (name, mean) in zip(COLOURS, {"p": 0, "q1": 10, "q2": 15, "q3": 20}.items(),
                                    strict=False):
        panel.plot(x, normal_density(x, mean), c=colour, label=name)
    panel.margins(y=0.2)
    panel.legend(fontsize=8, frameon=False, ncols=4, loc="upper center")
    for number, (name, title, colour) in enumerate((
            ("jensen_shannon", "Jensen-Shannon divergence", ORANGE),
            ("wasserstein", "Wasserstein distance", BLUE)), 1):
        panel = canvas.panel(number, title, xlabel="shift")
        panel.plot(columns["shift"], columns[name], ".-", c=colour)
        panel.grid(alpha=0.2)
    return Figure(canvas.picture(), columns)

"""The best Gaussian for data of two modes depends on the order of KL's arguments."""

from collections.abc import Callable

import numpy as np

from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure
from figures.divergences import kullback_leibler, normal_density

X, STEP = np.linspace(-8, 8, 1601, retstep=True)
MODES, SD = (-2.0, 2.0), 0.6


def data_density() -> np.ndarray:
    """The density of the data on X: two equal modes."""
    return 0.5 * (normal_density(X, MODES[0], SD) + normal_density(X, MODES[1], SD))


def best_gaussian(cost: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """Finds (mean, sd) of the Gaussian with the least `cost`, a function of densities [..., X], by
    nested grids."""
    mean, log_sd, reach = 0.5, 0.0, 2.5
    for _ in range(14):
        means = mean + reach * np.linspace(-1, 1, 21)[:, None, None]
        sds = np.exp(log_sd + 0.6 * reach * np.linspace(-1, 1, 21))[None, :, None]
        values = cost(normal_density(X, means, sds))
        i, j = np.unravel_index(np.argmin(values), values.shape)
        mean, log_sd, reach = means[i, 0, 0], np.log(sds[0, j, 0]), 0.5 * reach
    return float(mean), float(np.exp(log_sd))


def fit_both_orders() -> dict[str, tuple[float, float]]:
    """Fits the data by each order of KL. Returns (mean, sd) by its name."""
    p = data_density()
    return {"KL(data || model)": best_gaussian(lambda q: kullback_leibler(p, q, STEP)),
            "KL(model || data)": best_gaussian(lambda q: kullback_leibler(q, p, STEP))}


def draw() -> Figure:
    """KL(data || model) covers both modes, KL(model || data) picks one (figure 2.8 of the SCoGAN
    thesis)."""
    canvas, columns = Canvas(1, 2), {"x": X, "data": data_density()}
    for number, (name, (mean, sd)) in enumerate(fit_both_orders().items()):
        columns[name] = normal_density(X, mean, sd)
        panel = canvas.panel(number, f"min {name}", xlim=(-6, 6))
        panel.plot(X, columns["data"], c=BLUE, label="data")
        panel.plot(X, columns[name], c=ORANGE, label=f"model: mean {mean:.2f}, sd {sd:.2f}")
        panel.margins(y=0.25)
        panel.legend(fontsize=8, frameon=False, loc="upper left")
    return Figure(canvas.picture(), columns)

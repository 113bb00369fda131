"""One pass back through a chain of single neurons."""

import numpy as np

from figures.canvas import BLUE, GREEN, GREY, ORANGE, Canvas
from figures.catalogue import Figure

# The text prints two activations, 0.42 and 0.47, and the label 1. The weights stand in the
# thesis's drawing alone; these are chosen so that they lead to what is printed.
INPUT, LABEL = 0.5, 1.0
WEIGHTS, BIASES = (0.8, 0.7, 0.5), (0.1, 0.07, 0.26)


def forward(x: float, weights: tuple[float, ...] = WEIGHTS,
            biases: tuple[float, ...] = BIASES) -> tuple[np.ndarray, np.ndarray]:
    """(z, a): the sums [L] and the activations [L + 1] of neurons z = w a + b, a = max(0, z); the
    first activation is the input x."""
    z, a = [], [x]
    for weight, bias in zip(weights, biases, strict=True):
        z.append(weight * a[-1] + bias)
        a.append(max(0.0, z[-1]))
    return np.array(z), np.array(a)


def backward(z: np.ndarray, a: np.ndarray, label: float = LABEL,
             weights: tuple[float, ...] = WEIGHTS) -> dict[str, np.ndarray]:
    """The derivatives [L] of the loss (a - label)^2 by each layer's activation, bias and weight,
    by the chain rule from the last layer to the first."""
    of_a = np.zeros(len(z))
    of_a[-1] = 2 * (a[-1] - label)
    for layer in range(len(z) - 1, 0, -1):
        of_a[layer - 1] = of_a[layer] * (z[layer] > 0) * weights[layer]
    of_b = of_a * (z > 0)
    return {"dC/da": of_a, "dC/db": of_b, "dC/dw": of_b * a[:-1]}


def draw() -> Figure:
    """What each weight and bias of a chain does to the loss: dC/dw = -0.45 at the last one (figure
    2.3 of the SCoGAN thesis; 2.4 draws the same chain rule without numbers)."""
    z, a = forward(INPUT)
    layers = np.arange(1, len(z) + 1)
    columns = {"layer": layers, "w": np.array(WEIGHTS), "b": np.array(BIASES), "z": z, "a": a[1:],
               **backward(z, a)}
    canvas = Canvas(1, 1, 7.2, 2.8)
    panel = canvas.panel(0, f"loss (a - {LABEL:g})² = {(a[-1] - LABEL) ** 2:.2f}",
                         xlim=(-0.5, len(z) + 0.5), ylim=(-0.75, 1.3))
    panel.axis("off")
    colours = (BLUE, *(GREEN,) * (len(z) - 1), ORANGE)
    for at, (value, colour) in enumerate(zip(a, colours, strict=True)):
        panel.scatter(at, 0, s=1500, c=colour, zorder=2)
        panel.text(at, 0, f"{value:.2f}", color="white", ha="center", va="center", weight="bold")
    for at in layers:
        panel.annotate("", (at - 0.2, 0), (at - 0.8, 0), arrowprops={"arrowstyle": "->"})
        panel.annotate("", (at - 0.07, 0.2), (at - 0.3, 0.85),
                       arrowprops={"arrowstyle": "->", "color": GREY})
        row = {name: values[at - 1] for name, values in columns.items()}
        panel.text(at - 0.35, 0.9, f"b = {row['b']:.2f}\ndC/db = {row['dC/db']:.2f}", fontsize=8,
                   ha="center")
        panel.text(at - 0.5, -0.6, f"w = {row['w']:.2f}\ndC/dw = {row['dC/dw']:.2f}", fontsize=8,
                   ha="center")
    return Figure(canvas.picture(), columns)

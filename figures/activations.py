"""The activations of the nets and their slopes."""

import keras
import numpy as np

from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure
from framework.lazy import Lazy

tf = Lazy("tensorflow")

SLOPE = 0.1                     # of the leaky ReLU below 0, so that one sees it
NAMES = ("sigmoid", "tanh", "ReLU", "leaky ReLU")


def activations(x: np.ndarray) -> dict[str, np.ndarray]:
    """The values [N] at x [N], and under "NAME slope" the derivatives, by automatic
    differentiation."""
    functions = dict(zip(NAMES, (keras.activations.sigmoid, keras.activations.tanh,
                                 keras.activations.relu,
                                 lambda x: keras.activations.leaky_relu(x, SLOPE)), strict=True))
    found = {}
    for name, function in functions.items():
        points = tf.constant(x, tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(points)
            values = function(points)
        found[name] = np.asarray(values)
        found[f"{name} slope"] = np.asarray(tape.gradient(values, points))
    return found


def draw() -> Figure:
    """Sigmoid and tanh level off, ReLU is constant below 0, leaky ReLU is not (figure 2.2 of the
    SCoGAN thesis)."""
    x = np.linspace(-6, 6, 241)
    columns, canvas = {"x": x, **activations(x)}, Canvas(1, len(NAMES), 2.8, 2.8)
    for number, name in enumerate(NAMES):
        panel = canvas.panel(number, name, xlabel="x")
        panel.plot(x, columns[name], c=BLUE, label="f(x)")
        panel.plot(x, columns[f"{name} slope"], c=ORANGE, lw=1, label="f'(x)")
        panel.grid(alpha=0.2)
        panel.legend(fontsize=8, frameon=False)
    return Figure(canvas.picture(), columns)

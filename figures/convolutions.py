"""A convolution and a transposed convolution of small matrices, as Keras computes them."""

import keras
import numpy as np

from figures.canvas import Canvas
from figures.catalogue import Figure, stack_parts

# The thesis's drawings name the cells and not all of their numbers; these are chosen.
KERNEL = np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]], np.float32)
SMALL = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]], np.float32)
SPREAD = np.array([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]], np.float32)


def picture() -> np.ndarray:
    """An input of 6 x 6 with a bright square in it."""
    found = np.zeros((6, 6), np.float32)
    found[1:4, 2:5] = 1
    found[2, 3] = 0.4
    return found


def convolved(matrix: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The convolution of nets, [H, W], with stride 1 and a frame of zeros that keeps the size."""
    return np.asarray(keras.ops.conv(
        matrix[None, ..., None], kernel[..., None, None], padding="same"))[0, ..., 0]


def transposed(matrix: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The transposed convolution, [H + h - 1, W + w - 1], with stride 1 and no padding: the sum of
    kernels, each times a cell of `matrix` and put at its place."""
    return np.asarray(keras.ops.conv_transpose(
        matrix[None, ..., None], kernel[..., None, None], strides=1, padding="valid"))[0, ..., 0]


def draw() -> Figure:
    """Top: 6 x 6 by a 3 x 3 kernel, stride 1, padding 1. Bottom: 3 x 3 enlarged to 5 x 5 by the
    transposed convolution, and what its first cell gives (figures 2.5 and 2.6 of the SCoGAN
    thesis, with numbers of our own). The columns are the cells of all matrices."""
    first = np.zeros_like(SMALL)
    first[0, 0] = SMALL[0, 0]
    matrices = {"input": picture(), "kernel": KERNEL, "convolution": convolved(picture(), KERNEL),
                "small input": SMALL, "its kernel": SPREAD, "transposed": transposed(SMALL, SPREAD),
                "of the first cell": transposed(first, SPREAD)}
    canvas = Canvas(2, 4, 2.4, 2.5)
    places = dict(zip(matrices, (0, 1, 2, 4, 5, 7, 6), strict=True))
    for name, matrix in matrices.items():
        panel = canvas.panel(places[name], name, xticks=[], yticks=[])
        most = np.abs(matrix).max()
        panel.imshow(matrix, cmap="RdBu", vmin=-2 * most, vmax=2 * most)
        for (row, column), value in np.ndenumerate(matrix):
            panel.text(column, row, f"{value:.3g}", fontsize=8, ha="center", va="center")
    canvas.panels[3].axis("off")
    return Figure(canvas.picture(), stack_parts(
        {name: dict(zip(("row", "column", "value"),
                        (*np.indices(matrix.shape).reshape(2, -1), matrix.ravel()), strict=True))
         for name, matrix in matrices.items()}))

"""Both convolutions beside double loops."""

import numpy as np

from figures.convolutions import convolved, draw, transposed

RNG = np.random.default_rng(0)
KERNEL = RNG.normal(size=(3, 3)).astype(np.float32)


def test_a_convolution_is_a_double_loop():
    matrix = RNG.normal(size=(6, 6)).astype(np.float32)
    framed = np.pad(matrix, 1)
    wanted = [[np.sum(framed[y:y + 3, x:x + 3] * KERNEL) for x in range(6)] for y in range(6)]
    np.testing.assert_allclose(convolved(matrix, KERNEL), wanted, rtol=1e-4, atol=1e-5)


def test_a_transposed_convolution_spreads_every_cell():
    matrix = RNG.normal(size=(3, 3)).astype(np.float32)
    wanted = np.zeros((5, 5))
    for y, x in np.ndindex(3, 3):
        wanted[y:y + 3, x:x + 3] += matrix[y, x] * KERNEL
    np.testing.assert_allclose(transposed(matrix, KERNEL), wanted, rtol=1e-4, atol=1e-5)


def test_columns_have_every_cell():
    columns = draw().columns
    assert len(columns["value"]) == 36 + 9 + 36 + 9 + 9 + 25 + 25
    part = columns["part"] == "of the first cell"
    assert columns["value"][part].sum() == 16 and columns["row"][part].max() == 4

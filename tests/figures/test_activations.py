"""The activations and their slopes beside their formulas."""

import numpy as np

from figures.activations import NAMES, SLOPE, activations, draw


def test_values_and_slopes():
    x = np.array([-3.0, -0.5, 0.25, 2.0])
    found, s = activations(x), 1 / (1 + np.exp(-x))
    wanted = {"sigmoid": s, "sigmoid slope": s * (1 - s), "tanh": 2 / (1 + np.exp(-2 * x)) - 1,
              "tanh slope": 1 - np.tanh(x) ** 2, "ReLU": [0, 0, 0.25, 2],
              "ReLU slope": [0, 0, 1, 1], "leaky ReLU": [-3 * SLOPE, -0.5 * SLOPE, 0.25, 2],
              "leaky ReLU slope": [SLOPE, SLOPE, 1, 1]}
    assert set(found) == set(wanted)
    for name, values in wanted.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5, err_msg=name)


def test_figure():
    columns = draw().columns
    assert list(columns)[:3] == ["x", NAMES[0], f"{NAMES[0]} slope"] and len(columns) == 9

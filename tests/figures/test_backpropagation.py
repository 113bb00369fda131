"""The chain rule beside automatic differentiation, and the thesis's numbers."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from figures.backpropagation import BIASES, INPUT, LABEL, WEIGHTS, backward, draw, forward


@pytest.mark.parametrize("x, biases", [(INPUT, BIASES), (2.0, (0.1, -0.2, 0.3)),
                                       (0.5, (-1.0, 0.2, 0.1))])
def test_gradients_are_those_of_automatic_differentiation(x, biases):
    """In the last case the first neuron passes nothing on."""
    w, b = tf.constant(WEIGHTS), tf.constant(biases)
    with tf.GradientTape() as tape:
        tape.watch([w, b])
        a = tf.constant(x)
        for k in range(3):
            a = tf.nn.relu(w[k] * a + b[k])
        loss = (a - LABEL) ** 2
    wanted: Any = tape.gradient(loss, [w, b])
    found = backward(*forward(x, biases=biases))
    np.testing.assert_allclose(found["dC/dw"], wanted[0], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(found["dC/db"], wanted[1], rtol=1e-5, atol=1e-7)


def test_the_printed_numbers():
    columns = draw().columns
    assert columns["a"][-2:] == pytest.approx([0.42, 0.47])
    assert round((columns["a"][-1] - LABEL) ** 2, 2) == 0.28
    assert columns["dC/da"][-1] == pytest.approx(-1.06)
    assert round(columns["dC/dw"][-1], 2) == -0.45

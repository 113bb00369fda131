"""The input gradient against closed forms, per sample, and differentiated once more."""

import numpy as np
import tensorflow as tf

from framework.autodiff import input_gradient

POINTS = tf.constant([[0.5, -0.3], [1.2, 0.4], [-0.7, 0.9]])


def test_quadratic_form():
    matrix = tf.constant([[2.0, 1.0], [0.5, -3.0]])
    gradient = input_gradient(lambda x: tf.reduce_sum(x * (x @ matrix), 1), POINTS)
    by_hand = POINTS.numpy() @ (matrix.numpy() + matrix.numpy().T)
    np.testing.assert_allclose(gradient, by_hand, rtol=1e-6)


def test_each_row_is_its_own_samples_gradient():
    def net(x):
        return tf.sin(3 * x[:, :1]) * x[:, 1:]
    together = input_gradient(net, POINTS).numpy()
    alone = np.concatenate([input_gradient(net, POINTS[b:b + 1]) for b in range(3)])
    np.testing.assert_allclose(together, alone, rtol=1e-6)


def test_all_outputs_are_summed():
    gradient = input_gradient(lambda x: tf.concat([x, 2 * x], 1), POINTS)
    np.testing.assert_allclose(gradient, np.full((3, 2), 3.0))


def test_constant_net_has_zero_gradient():
    gradient = input_gradient(lambda x: tf.ones((3, 1)), POINTS)
    np.testing.assert_array_equal(gradient, np.zeros((3, 2)))


def test_an_outer_tape_differentiates_again():
    weight = tf.Variable(0.7)
    with tf.GradientTape() as tape:
        slopes = input_gradient(lambda x: weight**2 * x**3, POINTS)
        total = tf.reduce_sum(slopes)
    by_hand = 2 * 0.7 * 3 * np.sum(POINTS.numpy()**2)
    np.testing.assert_allclose(tape.gradient(total, weight), by_hand, rtol=1e-5)

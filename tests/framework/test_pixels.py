import numpy as np
import tensorflow as tf

from framework.pixels import to_uint8, to_unit, to_unit_tensor


def test_every_level_survives_the_way_there_and_back():
    levels = np.arange(256, dtype=np.uint8)
    unit = to_unit(levels)
    assert unit.dtype == np.float32
    assert unit[0] == -1 and unit[255] == 1
    np.testing.assert_allclose(unit, np.linspace(-1, 1, 256), atol=1e-6)
    np.testing.assert_array_equal(to_uint8(unit), levels)


def test_what_lies_outside_is_clipped_and_the_rest_rounded():
    step = 1 / 127.5
    given = [-3, -1 + 0.4 * step, -1 + 0.6 * step, 1 - 0.4 * step, 7]
    np.testing.assert_array_equal(to_uint8(np.array(given)), [0, 0, 1, 255, 255])


def test_tensors_are_brought_to_the_same_and_points_pass():
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_allclose(to_unit_tensor(tf.constant(levels)), to_unit(levels), atol=2**-23)
    points = tf.constant([[0.25, -3.0]])
    assert to_unit_tensor(points) is points

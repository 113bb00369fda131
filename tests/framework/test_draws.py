"""The draws against TensorFlow's own, in a graph and under XLA."""

import numpy as np
import pytest
import tensorflow as tf

from framework.draws import fold_in, normal, uniform

OWN = {uniform: tf.random.stateless_uniform, normal: tf.random.stateless_normal}


@pytest.mark.parametrize("shape", [[1], [7, 3]])
@pytest.mark.parametrize("draw, limits", [(uniform, (0.0, 1.0)), (uniform, (-2.0, 6.0)),
                                          (normal, (0.0, 1.0)), (normal, (1.0, 3.0))])
def test_the_numbers_are_tensorflows_however_compiled(draw, limits, shape):
    key = tf.constant([5, 9])
    own = OWN[draw](shape, key, *limits, alg="philox")
    for jit in (False, True):
        drawn = tf.function(lambda k: draw(shape, k, *limits), jit_compile=jit)(key)
        assert drawn.dtype == tf.float32 and drawn.shape == shape
        np.testing.assert_allclose(drawn, own, rtol=0, atol=1e-5)
    assert np.abs(own - draw(shape, fold_in(key, 1), *limits)).max() > 0.01


def test_streams_are_the_same_however_compiled():
    keys = [tf.function(lambda i: fold_in(tf.constant([5, 9]), i), jit_compile=jit)(
        tf.constant(4)).numpy() for jit in (False, True)]
    np.testing.assert_array_equal(*keys)
    assert (keys[0] != fold_in(tf.constant([5, 9]), 5).numpy()).any()

"""Functions of tensors on many images."""

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from metrics import batched
from metrics.batched import Batched, full_float32


def test_batches_and_shapes(monkeypatch):
    traced, sizes = [], []

    def summed(x):
        traced.append(x.shape[1])
        tf.py_function(lambda n: sizes.append(int(n)), [tf.shape(x)[0]], [])
        return tf.reduce_sum(x, (1, 2, 3))
    monkeypatch.setattr(batched, "MAX_BATCH_PIXELS", 4 * 4 * 2)
    function, x = Batched(summed), np.random.default_rng(0).normal(size=(5, 4, 4, 1))
    np.testing.assert_allclose(function(x), x.sum((1, 2, 3)), rtol=1e-5)
    assert sizes == [2, 2, 1] and traced == [4]
    np.testing.assert_allclose(function(x[:3]), x[:3].sum((1, 2, 3)), rtol=1e-5)
    function(np.zeros((1, 40, 2, 1)))
    assert sizes[3:] == [2, 1, 1] and traced == [4, 40]


def test_stored_images_and_pairs():
    x = np.array([0, 255], "uint8").reshape(2, 1, 1, 1)
    found = Batched(lambda a, b: a - b, most=1)(x, np.ones((2, 1, 1, 1)))
    np.testing.assert_allclose(found.ravel(), [-2, 0])
    assert found.dtype == np.float32


def test_each_argument_goes_through_one_program_first():
    traced = []

    def each(x):
        traced.append(tuple(x.shape))
        return x[..., :1], tf.reduce_sum(x, (1, 2))
    function = Batched(lambda a, b: a[1] - b[1] + tf.reduce_sum(a[0] * b[0], (1, 2)), 2, each)
    x, y = np.random.default_rng(0).normal(size=(2, 5, 2, 2, 3))
    np.testing.assert_allclose(function(x, y), x.sum((1, 2)) - y.sum((1, 2))
                               + (x * y)[..., :1].sum((1, 2)), rtol=1e-4, atol=1e-5)
    assert traced == [(None, 2, 2, 3)]
    found = function(x, y[..., :1])
    np.testing.assert_allclose(found, x.sum((1, 2)) - y[..., :1].sum((1, 2))
                               + (x * y)[..., :1].sum((1, 2)), rtol=1e-4, atol=1e-5)
    assert set(traced) == {(None, 2, 2, 3), (None, 2, 2, 1)}


def test_what_does_not_pair_is_refused():
    with pytest.raises(UserError, match="2 and 3 images"):
        Batched(lambda a, b: a)(np.zeros((2, 1, 1, 1)), np.zeros((3, 1, 1, 1)))
    with pytest.raises(UserError, match="no images"):
        Batched(lambda a: a)(np.zeros((0, 1, 1, 1)))


def test_full_float32_is_put_back():
    enabled = tf.config.experimental.tensor_float_32_execution_enabled
    before = enabled()
    with pytest.raises(ZeroDivisionError), full_float32():
        assert not enabled()
        raise ZeroDivisionError
    assert enabled() == before

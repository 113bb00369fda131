"""Dependence against numpy, closed forms and shuffled pairs."""

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from penalties.dependence import KINDS, centred, cka, dependence_loss, hsic, infonce, own_kernel

RNG = np.random.default_rng(0)
X, Y = (RNG.normal(size=(6, 4)).astype("float32") for _ in range(2))


def kernels():
    k, l = (np.exp(-np.square(a[:, None] - a[None]).sum(-1) / 8) for a in (X, Y))     # noqa: E741
    return k, l


def test_hsic_is_the_trace_of_the_paper():
    (k, l), h = kernels(), np.eye(6) - 1 / 6                                       # noqa: E741
    expected = np.trace(k @ h @ l @ h) / 25
    assert float(hsic(tf.constant(k), tf.constant(l))) == pytest.approx(expected, rel=1e-5)


def test_hsic_is_the_squared_mmd_of_the_joint_from_the_product():
    k, l = kernels()                                                               # noqa: E741
    joint = np.mean([k[i, j] * l[i, j] for i in range(6) for j in range(6)])
    cross = np.mean([k[i, j] * l[i, m] for i in range(6) for j in range(6) for m in range(6)])
    product = k.mean() * l.mean()
    found = float(hsic(tf.constant(k), tf.constant(l))) * 25 / 36
    assert found == pytest.approx(joint - 2 * cross + product, rel=1e-4)


def test_cka_is_one_of_itself_and_less_of_another():
    k, l = map(tf.constant, kernels())                                             # noqa: E741
    assert float(cka(k, k)) == pytest.approx(1, abs=1e-5)
    assert 0 < float(cka(k, l)) < 0.9


def test_infonce_by_hand():
    x, y = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (X, Y))
    total = 0.0
    for a, b in ((x, y), (y, x)):
        for i in range(6):
            scores = np.array([np.exp(a[i] @ b[j] / 0.3) for j in range(6)])
            total -= np.log(scores[i] / scores.sum()) / 12
    assert float(infonce(tf.constant(x), tf.constant(y), 0.3)) == pytest.approx(total, rel=1e-5)


def test_rows_that_all_agree_give_the_logarithm_of_the_batch():
    same = tf.ones((8, 3)) / 3**0.5
    assert float(infonce(same, same, 0.07)) == pytest.approx(np.log(8), rel=1e-5)


def test_what_a_domain_has_in_common_does_not_count():
    found = np.array(centred(tf.constant(X + 50)))
    by_hand = X - X.mean(0)
    np.testing.assert_allclose(
        found, by_hand / np.linalg.norm(by_hand, axis=1, keepdims=True), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_true_pairs_cost_less_than_shuffled_ones(kind):
    x = tf.constant(RNG.normal(size=(32, 8)), tf.float32)
    near = x + 0.3 * tf.constant(RNG.normal(size=(32, 8)), tf.float32) + 20
    shuffled = tf.gather(near, np.roll(np.arange(32), 5))
    true, false = (float(dependence_loss([x, y], kind)) for y in (near, shuffled))
    assert true < false - {"infonce": 1.0, "hsic": 0.01, "cka": 0.3}[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_are_finite_also_for_equal_samples(kind):
    x = tf.Variable(tf.ones((4, 3)))
    with tf.GradientTape() as tape:
        value = dependence_loss([x, tf.constant(Y[:4, :3])], kind)
    assert np.isfinite(tape.gradient(value, x)).all()


def test_the_bandwidth_is_the_mean_squared_distance():
    k = np.array(own_kernel(tf.constant(X)))
    distances = np.square(X[:, None] - X[None]).sum(-1)
    np.testing.assert_allclose(k, np.exp(-distances / distances.mean()), rtol=1e-4)


def test_an_unknown_kind():
    with pytest.raises(UserError, match="infonce, hsic, cka, not 'mi'"):
        dependence_loss([tf.constant(X)] * 2, "mi")

"""Distance consistency against numpy double loops."""

import numpy as np
import pytest
import tensorflow as tf

from penalties.consistency import distance_consistency, log_relations

RNG = np.random.default_rng(0)
FEATURES = [[RNG.normal(size=(4, 5)), RNG.normal(size=(4, 2, 2, 3)), RNG.normal(size=(4, 9))]
            for _ in range(3)]


def tensors(features):
    return [[tf.constant(row, tf.float32) for row in rows] for rows in features]


def relation(rows, i):
    """p_ij over j != i of one sample, by hand."""
    flat = rows.reshape(len(rows), -1)
    unit = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    scores = np.array([np.exp(unit[i] @ unit[j]) if j != i else 0 for j in range(len(rows))])
    return scores / scores.sum()


def divergence(p, q):
    return sum(a * np.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def test_the_relations_leave_out_the_sample_itself():
    found = np.exp(log_relations(tf.constant(FEATURES[0][1], tf.float32)))
    for i in range(4):
        np.testing.assert_allclose(found[i], relation(FEATURES[0][1], i), atol=1e-6)
        assert found[i][i] == 0


@pytest.mark.parametrize("domains", [2, 3])
def test_against_double_loops(domains):
    expected = 0.0
    for a in range(domains):
        for b in range(a + 1, domains):
            for row in range(2):                            # the last row is the image
                for i in range(4):
                    p, q = (relation(FEATURES[k][row], i) for k in (a, b))
                    expected += 0.5 * (divergence(p, q) + divergence(q, p)) / 4 / 2
    found = float(distance_consistency(tensors(FEATURES[:domains])))
    assert found == pytest.approx(expected, rel=1e-4) and expected > 0.01


def test_the_same_relations_cost_nothing_however_unlike_the_domains_look():
    one = FEATURES[0]
    turned = [np.roll(row, 1, -1) * 7 for row in one[:2]] + [np.zeros_like(one[2])]
    assert float(distance_consistency(tensors([one, turned]))) == pytest.approx(0, abs=1e-6)
    shuffled = [row[[1, 0, 3, 2]] for row in one]
    assert float(distance_consistency(tensors([one, shuffled]))) > 0.01


def test_equal_samples_keep_the_gradient_finite():
    same = tf.Variable(tf.zeros((4, 5)))
    with tf.GradientTape() as tape:
        value = distance_consistency([[same, same], [tf.constant(FEATURES[0][0], tf.float32)] * 2])
    assert np.isfinite(tape.gradient(value, same)).all()

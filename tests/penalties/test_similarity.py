"""Self-similarity against numpy, and what it does not see."""

import numpy as np
import pytest
import tensorflow as tf

from penalties.similarity import self_similarity, similarity_difference

RNG = np.random.default_rng(0)
A, B, C = (RNG.normal(size=(3, 2, 3, 4)).astype("float32") for _ in range(3))


def by_hand(maps):
    places = maps.reshape(len(maps), 6, 4)
    found = np.zeros((len(maps), 6, 6))
    for n in range(len(maps)):
        for p in range(6):
            for q in range(6):
                u, v = places[n, p], places[n, q]
                found[n, p, q] = u @ v / np.linalg.norm(u) / np.linalg.norm(v)
    return found


def test_cosines_between_all_places():
    np.testing.assert_allclose(self_similarity(tf.constant(A)), by_hand(A), atol=1e-5)


@pytest.mark.parametrize("domains", [2, 3])
def test_the_difference_is_one_minus_the_cosine_summed_over_pairs(domains):
    maps, expected = (A, B, C)[:domains], 0.0
    for i in range(domains):
        for j in range(i + 1, domains):
            s, t = by_hand(maps[i]).reshape(3, -1), by_hand(maps[j]).reshape(3, -1)
            cosines = (s * t).sum(1) / np.linalg.norm(s, axis=1) / np.linalg.norm(t, axis=1)
            expected += np.mean(1 - cosines)
    found = float(similarity_difference([tf.constant(m) for m in maps]))
    assert found == pytest.approx(expected, rel=1e-4) and expected > 0.1


def test_a_rotation_of_the_features_is_not_seen_and_another_layout_is():
    turn = np.linalg.qr(RNG.normal(size=(4, 4)))[0].astype("float32")
    assert float(similarity_difference([tf.constant(A), tf.constant(3 * A @ turn)])) < 1e-5
    moved = tf.constant(A[:, :, ::-1].copy())
    assert float(similarity_difference([tf.constant(A), moved])) > 0.05


def test_flat_maps_keep_the_gradient_finite():
    x = tf.Variable(tf.zeros((2, 2, 3, 4)))
    with tf.GradientTape() as tape:
        value = similarity_difference([x, tf.constant(B[:2])])
    assert np.isfinite(tape.gradient(value, x)).all()

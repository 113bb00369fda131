"""The drifting field against double loops, its antisymmetry, and the gradient that follows it."""

import numpy as np
import pytest
import tensorflow as tf

from losses.drift import (
    Drift,
    affinities,
    distances,
    drift_loss,
    drifted,
    field,
    moments,
    unit_size,
    without_self,
)

TAUS = (0.02, 0.05, 0.2)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(5, 3)).astype("float32")
Y = (RANDOM.normal(size=(4, 3)) + 1).astype("float32")


def soft(values, chosen):
    """exp(values[chosen]) over the sum of all exp(values), by a loop."""
    with np.errstate(over="ignore"):                # what is far beyond the largest number is 0
        return 1 / sum(np.exp(value - values[chosen]) for value in values)


def by_loops(x, y, tau):
    """V of every row of x before it has unit size, in units of S, as algorithm 2 prints it."""
    n, samples = len(x), np.concatenate([y, x]).astype("float64")
    apart = np.array([[np.linalg.norm(a - b) for b in samples] for a in x])
    mean = np.mean(apart)
    logits = -apart / mean / tau
    for i in range(n):
        logits[i, len(y) + i] = -1e6
    a = np.array([[np.sqrt(soft(logits[i], j) * soft(logits[:, j], i))
                   for j in range(len(samples))] for i in range(n)])
    unit = mean / np.sqrt(x.shape[1])
    v = np.zeros((n, x.shape[1]))
    for i in range(n):
        for p in range(len(y)):
            for m in range(n):
                v[i] += a[i, p] * a[i, len(y) + m] * (y[p] - x[m]) / unit
    return v, unit


def ours(x, y, tau):
    """The same from `losses.drift`."""
    apart = distances(x, y)
    mean = np.mean(apart)
    a = np.array(affinities(without_self(apart / mean, len(y)), tau))
    unit = mean / np.sqrt(x.shape[1])
    return np.array(field(a[:, :len(y)], a[:, len(y):], y / unit, x / unit))


@pytest.mark.parametrize("tau", [*TAUS, 1.0])
def test_the_field_is_that_of_a_loop_over_pairs_of_pairs(tau):
    expected, _ = by_loops(X, Y, tau)
    assert np.abs(expected).max() > 1e-6
    np.testing.assert_allclose(ours(X, Y, tau), expected, rtol=1e-3, atol=1e-6)


def test_the_goal_is_the_sum_of_fields_of_unit_size():
    scale, goal = drifted(X, Y, TAUS)
    found = [by_loops(X, Y, tau) for tau in TAUS]
    assert float(scale) == pytest.approx(found[0][1], rel=1e-5)
    expected = X / found[0][1] + sum(v / np.sqrt(np.mean(v**2)) for v, _ in found)
    np.testing.assert_allclose(goal, expected, rtol=2e-3, atol=1e-3)
    assert np.mean(np.square(unit_size(found[0][0] * 50))) == pytest.approx(1, rel=1e-5)


def between(x, y_plus, y_minus, tau=0.5):
    """V of x from affinities with samples of which none is x itself."""
    apart = np.concatenate([np.linalg.norm(x[:, None] - y[None], axis=-1)
                            for y in (y_plus, y_minus)], 1)
    a = np.array(affinities(apart, tau))
    return np.array(field(a[:, :len(y_plus)], a[:, len(y_plus):], y_plus, y_minus))


def test_data_and_generated_samples_exchanged_turn_the_field_round():
    other = RANDOM.normal(size=(6, 3)).astype("float32")
    there, back = between(X, Y, other), between(X, other, Y)
    assert np.abs(there).max() > 1e-2
    np.testing.assert_allclose(there, -back, rtol=1e-4, atol=1e-6)


def test_nothing_drifts_where_generated_samples_are_the_data():
    np.testing.assert_allclose(between(X, Y, Y), 0, atol=1e-6)


def test_samples_drift_to_the_data_and_not_on_average_where_they_lie_already():
    random = np.random.default_rng(1)
    x, alike, moved = (random.normal(size=(300, 2)).astype("float32") + [shift, 0]
                       for shift in (0, 0, 1))
    still, drawn = np.mean(ours(x, alike, 0.5), 0), np.mean(ours(x, moved, 0.5), 0)
    assert np.abs(still).max() < 0.02 and 0.1 < drawn[0] < 1 and abs(drawn[1]) < 0.02


def test_the_gradient_follows_the_field():
    """-2 V / (N d S), which finite differences of the loss with a fixed goal confirm."""
    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = drift_loss(x, Y, TAUS)
    scale, goal = (np.float64(t) for t in drifted(X, Y, TAUS))
    gradient = np.array(tape.gradient(loss, x))
    v = goal - X / scale
    assert float(loss) == pytest.approx(np.mean(v**2), rel=1e-4)
    np.testing.assert_allclose(gradient, -2 * v / (X.size * scale), rtol=1e-3, atol=1e-5)

    def with_fixed_goal(moved):
        return np.mean((moved / scale - goal) ** 2)
    for i in range(len(X)):
        step = np.zeros(X.shape)
        step[i, i % 3] = 1e-4
        slope = (with_fixed_goal(X + step) - with_fixed_goal(X - step)) / 2e-4
        assert gradient[i, i % 3] == pytest.approx(slope, rel=1e-3, abs=1e-5)


def test_the_loss_depends_neither_on_the_unit_nor_on_the_origin():
    loss = float(drift_loss(X, Y, TAUS))
    assert 1 < loss < 9
    assert float(drift_loss(20 * X + 3, 20 * Y + 3, TAUS)) == pytest.approx(loss, rel=1e-3)
    assert float(drift_loss(X, Y * np.float32([1, 1, 2]), TAUS)) != pytest.approx(loss, rel=1e-2)


def test_half_precision_is_widened():
    half = tf.cast(X, "float16"), tf.cast(Y, "float16")
    loss = drift_loss(*half, TAUS)
    assert loss.dtype == tf.float32
    assert float(loss) == float(drift_loss(*(tf.cast(t, "float32") for t in half), TAUS))


def test_samples_in_one_place_give_finite_numbers():
    same = np.ones((4, 3), "float32")
    assert float(drift_loss(same, same, TAUS)) == pytest.approx(0, abs=1e-6)
    assert np.isfinite(float(drift_loss(same, same + 1e3, TAUS)))


def test_the_loss_of_the_iteration_is_that_of_rows():
    assert Drift.needs_real
    one, both = Drift(TAUS).generator([Y], [X]), Drift(TAUS).generator([Y, 2 * Y**3], [X, 2 * X**3])
    assert float(one) == float(drift_loss(X, Y, TAUS)) != float(Drift(TAUS).generator([X], [Y]))
    assert float(both) == pytest.approx(float(one) + float(drift_loss(X**3, Y**3, TAUS)), rel=1e-3)


def test_moments_are_taken_over_space():
    features = RANDOM.normal(size=(2, 3, 4, 5)).astype("float32")
    mean, deviation = moments(features)
    np.testing.assert_allclose(mean, features.mean((1, 2)), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(deviation, features.std((1, 2)), rtol=1e-4)
    place, = moments(features[:, :1, :1])
    np.testing.assert_array_equal(place, features[:, 0, 0])

import numpy as np
import pytest
import tensorflow as tf

from losses.kernels import KERNELS
from losses.mmd import mmd2, witness
from losses.nystroem import nystroem_features

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 5)), RNG.normal(0.7, 1, size=(30, 5))
GAMMA = 0.2


def gaussian(x, y):
    return np.exp(-GAMMA * np.sum((x[:, None] - y[None]) ** 2, -1))


def kernel(landmarks):
    return KERNELS["nystroem"](features=landmarks, gamma=GAMMA)


def by_matrices(x, y, landmarks):
    """The biased MMD^2 of the kernel k(x, Z) k(Z, Z)^-1 k(Z, y)."""
    half = (landmarks + 1) // 2
    z = np.concatenate([x[:half], y[:half]])
    inverse = np.linalg.inv(gaussian(z, z))

    def mean(a, b):
        return np.mean(gaussian(a, z) @ inverse @ gaussian(z, b))
    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


@pytest.mark.parametrize("landmarks", [2, 10, 20])
def test_against_whole_matrices(landmarks):
    found = float(mmd2(X, Y, kernel(landmarks), "biased"))
    assert found == pytest.approx(by_matrices(X, Y, landmarks), rel=2e-3)
    single = float(mmd2(X.astype("float32"), Y.astype("float32"), kernel(landmarks), "biased"))
    assert single == pytest.approx(found, rel=1e-3)


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
def test_with_all_samples_as_landmarks_it_is_the_gaussian(estimator):
    exact = float(mmd2(X, Y, KERNELS["gaussian"](gamma=GAMMA), estimator))
    assert float(mmd2(X, Y, kernel(80), estimator)) == pytest.approx(exact, rel=2e-3)
    few = float(mmd2(X, Y, kernel(8), estimator))
    assert 0.05 < abs(few / exact - 1) < 0.8                        # 8 of 70 are not


def test_samples_that_leave_the_data_are_seen_and_neither_side_is_favoured():
    """Far away the kernel of landmarks of one side alone is 0; here both terms stay about 1."""
    away = Y + 30
    for x, y in ((X, away), (away, X)):
        assert float(mmd2(x, y, kernel(50), "biased")) == pytest.approx(
            float(mmd2(x, y, KERNELS["gaussian"](gamma=GAMMA), "biased")), rel=0.15)
    one_side = np.array(nystroem_features(away, X[:25], GAMMA))
    assert np.abs(one_side).max() < 1e-6


def test_a_gradient_reaches_the_samples_and_not_the_landmarks():
    fake = tf.constant(Y)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        value = mmd2(X, fake, kernel(20))
    slope = np.array(tape.gradient(value, fake))
    landmarks = np.concatenate([X[:10], Y[:10]])
    step, at = 1e-5, (25, 2)                # a sample that is no landmark: the whole derivative

    def moved(by):
        y = Y.copy()
        y[at] += by
        features = [np.array(nystroem_features(a, landmarks, GAMMA)) for a in (X, y)]
        grams = [[a @ b.T for b in features] for a in features]
        m, n = len(X), len(Y)
        return ((grams[0][0].sum() - np.trace(grams[0][0])) / (m * (m - 1))
                + (grams[1][1].sum() - np.trace(grams[1][1])) / (n * (n - 1))
                - 2 * grams[0][1].mean())
    assert slope[at] == pytest.approx((moved(step) - moved(-step)) / (2 * step), rel=1e-4)
    assert np.abs(slope).min(1).min() > 0               # of landmarks too, as samples


@pytest.mark.parametrize("count", [10, 300])
def test_equal_samples_give_numbers(count):
    """A critic that has collapsed: all landmarks are one, and their matrix has no inverse."""
    x = np.full((count, 3), 0.3, "float32")
    fake = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(fake)
        value = mmd2(x, fake, kernel(2 * count), "biased")
    assert abs(float(value)) < 1e-3 and np.isfinite(np.array(tape.gradient(value, fake))).all()


def test_the_witness_has_the_gaussian_itself():
    np.testing.assert_allclose(witness(X, X, Y, kernel(4)),
                               gaussian(X, X).mean(1) - gaussian(X, Y).mean(1), atol=1e-9)

import numpy as np
import pytest
import tensorflow as tf
from scipy.linalg import hadamard as sylvester_of_scipy

from losses.fastfood import Fastfood, hadamard
from losses.kernels import KERNELS
from losses.mmd import mmd2

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 5)), RNG.normal(0.3, 1, size=(3, 5))


def distances(x, y):
    return np.sum((x[:, None] - y[None]) ** 2, -1)


@pytest.mark.parametrize("side", [1, 2, 16, 32, 512])
def test_the_transform_is_the_product_with_the_matrix(side):
    x = RNG.normal(size=(3, 2, side))
    np.testing.assert_allclose(hadamard(tf.constant(x)), x @ sylvester_of_scipy(side), atol=1e-9)


def rows_of(phi):
    """V without gamma, from its definition by whole matrices, [features, side]."""
    h, side = sylvester_of_scipy(phi.side), phi.side
    blocks = [np.diag(scale) @ h @ np.diag(normal) @ np.eye(side)[order] @ h @ np.diag(signs)
              for scale, normal, order, signs in zip(phi.scale, phi.normal, phi.order, phi.signs,
                                                     strict=True)]
    return np.concatenate(blocks)[:phi.features]


def test_features_against_whole_matrices():
    phi = Fastfood(5, 21, gamma=0.7, seed=2)
    wanted = np.sqrt(2 / 21) * np.cos(np.pad(X, ((0, 0), (0, 3))) @ rows_of(phi).T + phi.offsets)
    np.testing.assert_allclose(phi(tf.constant(X)), wanted, atol=1e-9)
    np.testing.assert_allclose(phi(tf.constant(X, "float32")), wanted, atol=1e-5)


def test_rows_are_normal_with_the_variance_of_gamma():
    rows = rows_of(Fastfood(64, 64 * 40, gamma=0.5))                # N(0, 2 gamma)
    assert rows.std() == pytest.approx(1.0, abs=0.01)
    lengths = np.sum(rows**2, 1)                                    # chi^2 of 64
    assert lengths.mean() == pytest.approx(64, abs=1)
    assert lengths.var() == pytest.approx(128, rel=0.1)
    assert np.mean(rows**4) == pytest.approx(3, abs=0.1)


def test_the_error_falls_with_the_root_of_the_features():
    exact = np.exp(-0.3 * distances(X, Y))
    errors = {}
    for features in (64, 1024):
        found = [np.array(KERNELS["fastfood"](5, features, 0.3, seed)(X, Y)) - exact
                 for seed in range(10)]
        errors[features] = np.sqrt(np.mean(np.square(found)))
        assert np.abs(np.mean(found, 0)).max() < 4 * errors[features] / np.sqrt(10)  # no bias
    assert errors[64] / errors[1024] == pytest.approx(4, rel=0.25)


def test_numbers_follow_from_the_seed():
    same = [np.array(Fastfood(3, 300, seed=4)(X[:, :3])) for _ in range(2)]
    other = np.array(Fastfood(3, 300, seed=5)(X[:, :3]))
    assert (same[0] == same[1]).all()
    assert same[0].shape == (4, 300) and np.abs(same[0] - other).max() > 0.01


def test_its_mmd_and_gradient_are_about_those_of_the_gaussian():
    x, y = RNG.normal(size=(30, 5)), RNG.normal(0.7, 1, size=(20, 5))
    values, slopes = [], []
    for name, settings in (("fastfood", {"dim": 5, "features": 8192}), ("gaussian", {})):
        fake = tf.constant(y)
        with tf.GradientTape() as tape:
            tape.watch(fake)
            value = mmd2(x, fake, KERNELS[name](gamma=0.2, **settings))
        values.append(float(value))
        slopes.append(np.array(tape.gradient(value, fake)))
    assert values[0] == pytest.approx(values[1], rel=0.15) and values[1] > 0.1
    assert np.abs(slopes[0] - slopes[1]).max() < 0.15 * np.abs(slopes[1]).max()

"""MMD estimators, the witness and the losses against check values and double loops."""

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from losses.adversarial import LOSSES
from losses.kernels import (
    KERNELS,
    RandomKitchenSinks,
    energy,
    gaussian,
    gaussian_kernel,
    gaussian_mixture,
    linear,
    linear_kernel,
    linear_kernel_sum,
    polynomial,
    polynomial_kernel,
    random_kitchen_sinks_kernel,
    rational_quadratic,
)
from losses.mmd import MMD, RootMMD, mmd2, root_mmd, witness

X = np.sin(1 + np.arange(12.0)).reshape(4, 3).astype("float32")
Y = np.cos(2 + np.arange(9.0)).reshape(3, 3).astype("float32")
Z = np.cos(2 + np.arange(12.0)).reshape(4, 3).astype("float32")
WIDE = (2, 5, 10, 20, 40, 80)


def half(x, y):
    return gaussian(x, y, 0.5)


VALUES = [                  # kernel, then biased and unbiased of X with Y, and of X with Z
    (linear, 0.141948, -1.080469, 0.025592, -1.014027),
    (gaussian, 0.288114, -0.120904, 0.311354, -0.039238),
    (half, 0.177291, -0.205071, 0.177224, -0.150156),
    (lambda x, y: polynomial(x, y, bias=0.0), 0.954686, 0.889157, 1.183418, 1.111181),
    (polynomial, 1.238582, -1.271780, 1.234602, -0.916873),
    (lambda x, y: polynomial(x, y, 3, scale=1 / 3), 0.470011, -0.886116, 0.423893, -0.733613),
    (lambda x, y: gaussian_mixture(x, y, WIDE), 0.053120, -0.222044, 0.032331, -0.202184),
    (gaussian_mixture, 0.235034, -0.453336, 0.211499, -0.376653),
    (lambda x, y: gaussian_mixture(x, y, np.sqrt(WIDE)), 0.159251, -0.541873, 0.112889,
     -0.485082),
    (rational_quadratic, 0.402383, -0.398797, 0.401852, -0.283821),
    (lambda x, y: rational_quadratic(x, y, (0.2, 0.5, 1, 2, 5)), 0.717975, -0.722940, 0.717556,
     -0.515436),
    (lambda x, y: rational_quadratic(x, y, dot=1.0), 0.544331, -1.479266, 0.427444, -1.297848),
    (lambda x, y: energy(x, y, 0.0), 0.462272, -0.573929, 0.411468, -0.473466),
    (energy, 0.460432, -0.573928, 0.409890, -0.473467),
    (linear_kernel(), 0.141948, -1.080469, 0.025592, -1.014027),
    (polynomial_kernel(0.0), 0.954686, 0.889157, 1.183418, 1.111181),
    (polynomial_kernel(1.0), 1.238582, -1.271780, 1.234602, -0.916873),
    (gaussian_kernel(), 0.288114, -0.120904, 0.311354, -0.039238),
]


@pytest.mark.parametrize("kernel, biased_y, unbiased_y, biased_z, unbiased_z", VALUES)
def test_check_values(kernel, biased_y, unbiased_y, biased_z, unbiased_z):
    for other, biased, unbiased in ((Y, biased_y, unbiased_y), (Z, biased_z, unbiased_z)):
        assert float(mmd2(X, other, kernel, "biased")) == pytest.approx(biased, rel=2e-5,
                                                                        abs=2e-6)
        assert float(mmd2(X, other, kernel)) == pytest.approx(unbiased, rel=2e-5, abs=2e-6)


def by_double_loop(x, y, k, unbiased):
    def mean(a, b, same):
        pairs = [k(a[i], b[j]) for i in range(len(a)) for j in range(len(b))
                 if not (same and unbiased and i == j)]
        return np.mean(pairs)
    return mean(x, x, True) + mean(y, y, True) - 2 * mean(x, y, False)


@pytest.mark.parametrize("name, k", [
    ("gaussian", lambda a, b: np.exp(-np.sum((a - b) ** 2))),
    ("linear", lambda a, b: a @ b),
    ("polynomial", lambda a, b: (a @ b + 1) ** 2),
    ("rational-quadratic-dot", lambda a, b: a @ b + sum(
        (1 + np.sum((a - b) ** 2) / (2 * q)) ** -q for q in (0.1, 1, 10)))])
def test_double_loops(name, k):
    random = np.random.default_rng(0)
    x, y = random.normal(size=(7, 5)), random.normal(0.3, 1.2, size=(4, 5))
    kernel = KERNELS[name]()
    for estimator in ("biased", "unbiased"):
        assert float(mmd2(x, y, kernel, estimator)) == pytest.approx(
            by_double_loop(x, y, k, estimator == "unbiased"), rel=1e-9)


def test_random_kitchen_sinks_check_values(monkeypatch):
    def fixed(self, dim, features, gamma, seed):
        k, a = np.arange(6), np.arange(3)
        self.weights = np.sin(0.7 * np.outer(k + 1, a + 1))
        self.offsets = 2 * np.pi * (0.618034 * k % 1)
        self.features, self.gamma, self.paired = 6, 0.5, False
    monkeypatch.setattr(RandomKitchenSinks, "__init__", fixed)
    kernel = random_kitchen_sinks_kernel(3)
    assert float(mmd2(X, Y, kernel, "biased")) == pytest.approx(0.0248607410, abs=2e-6)
    assert float(mmd2(X, Y, kernel)) == pytest.approx(-0.0760135800, abs=2e-6)
    plain = mmd2(X, Y, lambda x, y: kernel(x, y))
    assert float(plain) == pytest.approx(-0.0760135800, abs=2e-6)


def test_random_kitchen_sinks_near_the_gaussian():
    kernel = random_kitchen_sinks_kernel(3, 20_000, 0.5)
    assert float(mmd2(X, Y, kernel)) == pytest.approx(-0.205071, abs=0.02)


def test_biased_polynomial_is_a_distance_of_moments():
    kernel = polynomial_kernel(1.3)
    assert float(mmd2(X, Y, kernel, "biased")) == pytest.approx(1.323750905, rel=2e-5)
    off_diagonal = kernel.total(X, X) - tf.reduce_sum(kernel.diagonal(X))
    assert float(off_diagonal) == pytest.approx(32.154053, rel=2e-5)


def test_linear_time_forms_no_matrix():
    """10,000 rows: a matrix of all pairs would take 400 MB, the sums some hundred kB."""
    x = np.random.default_rng(0).normal(size=(10_000, 4)).astype("float32")
    y = x[:5_000] + 1
    for kernel in (linear_kernel(), polynomial_kernel(), random_kitchen_sinks_kernel(4, 20)):
        graph = tf.function(lambda k=kernel: mmd2(x, y, k), autograph=False)
        sizes = [output.shape.num_elements() or 0
                 for op in graph.get_concrete_function().graph.get_operations()
                 for output in op.outputs]
        assert max(sizes) <= 10_000 * 20
    expected = np.sum((x.mean(0) - y.mean(0)) ** 2)
    assert float(mmd2(x, y, linear_kernel(), "biased")) == pytest.approx(expected, rel=1e-4)
    assert float(linear_kernel_sum(x, y)) == pytest.approx(
        float(x.sum(0, dtype=float) @ y.sum(0, dtype=float)), rel=1e-3)


def test_gradient_check_values():
    y = tf.Variable(Y)
    with tf.GradientTape() as tape:
        value = mmd2(X, y, half)
    np.testing.assert_allclose(tape.gradient(value, y), [
        (0.146820, 0.018079, -0.127284), (-0.121458, -0.022182, 0.097488),
        (0.032502, -0.017636, -0.051560)], atol=3e-6)


def test_an_unconstrained_critic_gains_from_bias_alone():
    assert float(mmd2(1000 * X, 1000 * Z, gaussian, "biased")) == pytest.approx(0.5, abs=1e-6)
    assert float(mmd2(1000 * X, 1000 * Z, gaussian)) == pytest.approx(0, abs=1e-6)


def test_bias_of_equal_distributions():
    """Biased mean 0.083 at 16 samples, unbiased mean 0 with sd 0.044, over 400 draws."""
    random = np.random.default_rng(0)
    draws = random.normal(size=(400, 2, 16, 2)).astype("float32")
    biased, unbiased = (np.array([float(mmd2(x, y, half, estimator)) for x, y in draws])
                        for estimator in ("biased", "unbiased"))
    assert biased.mean() == pytest.approx(2 / 16 * (1 - 1 / 3), abs=0.008)
    assert biased.min() >= 0
    assert unbiased.mean() == pytest.approx(0, abs=0.008)
    assert unbiased.std() == pytest.approx(0.044, abs=0.006)
    assert 0.5 < np.mean(unbiased < 0) < 0.68


def test_the_dot_products_diagonal_is_not_constant():
    kernel = KERNELS["rational-quadratic-dot"]()
    assert float(mmd2(X, Z, kernel)) == pytest.approx(-1.297848, abs=2e-6)
    left = sum(np.sum(a**2) / 12 for a in (X, Z))
    assert left == pytest.approx(1.044294, abs=2e-6)
    assert float(mmd2(X, Z, kernel)) + left == pytest.approx(-0.253553, abs=3e-6)


def test_witness():
    t = np.array([[0.1, 0.2, 0.3]], "float32")
    assert float(witness(t, X, Y, half)[0]) == pytest.approx(0.042241984, abs=1e-6)
    gap = tf.reduce_mean(witness(X, X, Y, half)) - tf.reduce_mean(witness(Y, X, Y, half))
    assert float(gap) == pytest.approx(0.177291343, abs=1e-6)


def test_witness_is_high_where_the_first_sample_is_denser():
    near_x, near_y = witness(np.stack([X[0], Y[0]]), X[:1], Y[:1], gaussian)
    assert float(near_x) == pytest.approx(1 - 0.002965961, abs=1e-5)
    assert float(near_y) == pytest.approx(-1 + 0.002965961, abs=1e-5)


def test_root_check_values():
    def kernel(x, y):
        return gaussian_mixture(x, y, np.sqrt(WIDE))
    assert float(root_mmd(X, Z, kernel)) == pytest.approx(0.335990, abs=2e-6)
    assert float(root_mmd(X, Z, kernel)) / np.sqrt(2) == pytest.approx(0.237581, abs=2e-6)
    assert float(root_mmd(X, Z, gaussian_mixture)) == pytest.approx(0.4598906661, abs=2e-6)


def test_the_root_has_a_gradient_where_both_samples_are_one():
    y = tf.Variable(X)
    with tf.GradientTape() as tape:
        value = root_mmd(X, y, gaussian)
    assert np.isfinite(tape.gradient(value, y)).all()
    assert float(value) == pytest.approx(1e-4, abs=1e-4)


def test_losses_of_the_kernelized_gan():
    gan = MMD(gaussian_kernel(), asymmetry_weight=16.0)
    assert LOSSES.find("mmd") is MMD and gan.needs_real
    assert float(gan.generator(X, Y)) == pytest.approx(-0.120904, abs=2e-6)
    assert float(gan.discriminator(X, Y)) == pytest.approx(0.120904, abs=2e-6)
    assert float(gan.generator(X, Z)) == pytest.approx(-0.039238, abs=2e-6)
    assert float(gan.discriminator(X, Z)) == pytest.approx(0.225330281, abs=3e-6)
    assert float(MMD(gaussian_kernel()).discriminator(X, Z)) == pytest.approx(0.039238, abs=2e-6)


def test_losses_of_moment_matching():
    kernel = KERNELS["gaussian-mixture"](np.sqrt(WIDE))
    assert float(RootMMD(kernel).generator(X, Z)) == pytest.approx(0.335990, abs=2e-6)


@pytest.mark.parametrize("x, estimator, message", [
    (X, "u", "estimator must be unbiased or biased, not 'u'"),
    (X[:1], "unbiased", "needs two samples")])
def test_what_cannot_be_estimated(x, estimator, message):
    with pytest.raises(UserError, match=message):
        mmd2(x, Y, gaussian, estimator)


def test_one_sample_is_enough_for_the_biased():
    assert float(mmd2(X[:1], Y[:1], gaussian, "biased")) == pytest.approx(
        2 - 2 * 0.002965961, abs=1e-5)


def test_float32_of_half_precision():
    x = tf.cast(X, "bfloat16")
    assert mmd2(x, x, gaussian).dtype == tf.float32


@pytest.mark.parametrize("estimator", ["biased", "unbiased"])
@pytest.mark.parametrize("name", ["linear", "polynomial", "rational-quadratic-dot"])
def test_features_far_from_0_keep_their_digits(name, estimator):
    """Against float64 and the whole kernel; without the common mean the float32 is far off."""
    rng = np.random.default_rng(0)
    x, y = (rng.normal(100 + shift, 1, size=(n, 8)) for shift, n in ((0, 40), (0.3, 30)))
    kernel = KERNELS[name]()
    wanted = float(mmd2(x, y, kernel.matrix, estimator))
    x, y = x.astype("float32"), y.astype("float32")
    assert float(mmd2(x, y, kernel, estimator)) == pytest.approx(wanted, rel=1e-4)
    assert abs(float(mmd2(x, y, kernel.matrix, estimator)) / wanted - 1) > 1e-3

    def slope(values, dtype):
        fake = tf.Variable(values, dtype=dtype)
        with tf.GradientTape() as tape:
            value = mmd2(tf.constant(x, dtype), fake, kernel if dtype == "float32"
                         else kernel.matrix, estimator)
        return tape.gradient(value, fake).numpy()
    exact = slope(y.astype("float64"), "float64")
    np.testing.assert_allclose(slope(y, "float32"), exact, atol=1e-3 * np.abs(exact).max())

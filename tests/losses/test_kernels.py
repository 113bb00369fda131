"""Kernels against the check values of the design, double loops and their own definitions."""

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from losses import kernels
from losses.kernels import (
    KERNELS,
    Kernel,
    RandomKitchenSinks,
    energy,
    gaussian,
    gaussian_mixture,
    linear,
    linear_kernel_sum,
    polynomial,
    polynomial_kernel_sum,
    rational_quadratic,
    squared_distances,
)

X = np.sin(1 + np.arange(12.0)).reshape(4, 3)
Y = np.cos(2 + np.arange(9.0)).reshape(3, 3)
Z = np.cos(2 + np.arange(12.0)).reshape(4, 3)
WIDE = (2, 5, 10, 20, 40, 80)
GMMN = tuple(np.sqrt(WIDE))

NAMED = {
    "linear": linear,
    "gaussian 1": gaussian,
    "gaussian 0.5": lambda x, y: gaussian(x, y, 0.5),
    "polynomial 0": lambda x, y: polynomial(x, y, bias=0.0),
    "polynomial 1": polynomial,
    "kid": lambda x, y: polynomial(x, y, 3, 1.0, 1 / 3),
    "mixture wide": lambda x, y: gaussian_mixture(x, y, WIDE),
    "mixture": gaussian_mixture,
    "mixture gmmn": lambda x, y: gaussian_mixture(x, y, GMMN),
    "rq": rational_quadratic,
    "rq five": lambda x, y: rational_quadratic(x, y, (0.2, 0.5, 1, 2, 5)),
    "rq dot": lambda x, y: rational_quadratic(x, y, dot=1.0),
    "energy exact": lambda x, y: energy(x, y, 0.0),
    "energy": energy,
}
VALUES = {                          # k(X0, Y0), the sum over all i and j
    "linear": (-1.342615, 0.195884),
    "gaussian 1": (0.002965961, 4.311493),
    "gaussian 0.5": (0.054460642, 5.365337),
    "polynomial 0": (1.802616, 22.872052),
    "polynomial 1": (0.117385, 35.263821),
    "kid": (0.168619, 19.856084),
    "mixture wide": (5.334987, 67.673841),
    "mixture": (3.315475, 48.562282),
    "mixture gmmn": (4.298292, 60.832817),
    "rq": (1.044918, 21.913219),
    "rq five": (1.483067, 34.699559),
    "rq dot": (-0.297697, 22.109103),
    "energy exact": (0.091522, 12.210231),
    "energy": (0.091528, 12.210244),
}


def by_pairs(function, x, y):
    return np.array([[function(a, b) for b in y] for a in x])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMED)
def test_check_values(name, dtype):
    first, total = VALUES[name]
    matrix = NAMED[name](X.astype(dtype), Y.astype(dtype))
    assert matrix.dtype == dtype
    assert float(matrix[0, 0]) == pytest.approx(first, rel=2e-5, abs=1e-6)
    assert float(tf.reduce_sum(matrix)) == pytest.approx(total, rel=2e-5)


@pytest.mark.parametrize("name, one", [
    ("linear", lambda a, b: a @ b),
    ("gaussian 0.5", lambda a, b: np.exp(-0.5 * np.sum((a - b) ** 2))),
    ("polynomial 1", lambda a, b: (a @ b + 1) ** 2),
    ("kid", lambda a, b: (a @ b / 3 + 1) ** 3),
    ("mixture", lambda a, b: sum(np.exp(-np.sum((a - b) ** 2) / (2 * s**2))
                                 for s in (1, 2, 4, 8, 16))),
    ("rq", lambda a, b: sum((1 + np.sum((a - b) ** 2) / (2 * q)) ** -q
                            for q in (0.1, 1, 10))),
    ("energy exact", lambda a, b: np.linalg.norm(a) + np.linalg.norm(b)
                                  - np.linalg.norm(a - b)),
])
def test_definitions(name, one):
    x, y = X.astype("float32"), Y.astype("float32")
    np.testing.assert_allclose(NAMED[name](x, y), by_pairs(one, X, Y), rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(NAMED[name](x, x), by_pairs(one, X, X), rtol=2e-5, atol=1e-6)


@pytest.fixture(params=["direct", "expanded"])
def form(request, monkeypatch):
    monkeypatch.setattr(kernels, "MAX_DIRECT_ELEMENTS", 1e7 if request.param == "direct" else -1)


def test_distances(form):
    matrix = np.array(squared_distances(X, Y))
    assert matrix[0, 0] == pytest.approx(5.820554, rel=1e-5)
    assert matrix[3, 0] == pytest.approx(0.030157, rel=1e-4)
    pairs = by_pairs(lambda a, b: np.sum((a - b) ** 2), X, Y)
    np.testing.assert_allclose(matrix, pairs, rtol=1e-5, atol=1e-6)


def test_distances_far_from_the_origin(form):
    x, y = ((1000 + 0.01 * a).astype("float32") for a in (X, Y))
    exact = by_pairs(lambda a, b: np.sum((a - b) ** 2), x.astype(float), y.astype(float))
    np.testing.assert_allclose(squared_distances(x, y), exact, rtol=1e-3, atol=1e-9)
    np.testing.assert_allclose(exact[0], (5.81e-4, 6.98e-5, 5.24e-4), rtol=2e-2)


def test_distances_are_never_negative_and_zero_to_oneself(form):
    x = tf.constant(np.random.default_rng(0).normal(5, 3, (64, 16)).astype("float32"))
    matrix = np.array(squared_distances(x, x))
    assert matrix.min() == 0 and np.all(np.diag(matrix) == 0)
    assert np.array(squared_distances(x, x + 1e-6)).min() >= 0
    np.testing.assert_allclose(matrix, by_pairs(
        lambda a, b: np.sum((a - b) ** 2), x.numpy().astype(float), x.numpy().astype(float)),
                               rtol=1e-5, atol=1e-3)


def test_distances_of_an_unknown_number_of_rows():
    signature = [tf.TensorSpec([None, 3])] * 2
    matrix = tf.function(squared_distances, signature, autograph=False)(
        tf.constant(X, "float32"), tf.constant(Y, "float32"))
    np.testing.assert_allclose(matrix, squared_distances(X, Y), rtol=1e-4, atol=1e-5)
    own = tf.function(lambda x: squared_distances(x, x), signature[:1], autograph=False)(
        tf.constant(X, "float32"))
    assert np.all(np.diag(own) == 0) and np.array(own)[0, 1] > 1


def test_energy_has_a_gradient_everywhere():
    x = tf.constant(X, "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(energy(x, x)[:2])
    assert np.isfinite(tape.gradient(total, x)).all()


def fixture_features():
    phi = RandomKitchenSinks(3, 6, gamma=0.5)
    k, a = np.arange(6), np.arange(3)
    phi.weights = np.sin(0.7 * np.outer(k + 1, a + 1))
    phi.offsets = 2 * np.pi * (0.618034 * k % 1)
    return phi


def test_random_kitchen_sinks_check_values():
    np.testing.assert_allclose(
        fixture_features()(X)[0],
        (0.006248, 0.104310, 0.087032, 0.267922, -0.577348, 0.471572), atol=2e-6)


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("gamma, value", [(0.5, 0.054461), (1.0, 0.002966)])
def test_random_kitchen_sinks_are_about_the_gaussian_kernel(gamma, value, paired):
    phi = RandomKitchenSinks(3, 300_000, gamma, paired=paired)
    assert float(linear(phi(X[:1]), phi(Y[:1]))[0, 0]) == pytest.approx(value, abs=0.01)
    own = float(linear(phi(X[:1]), phi(X[:1]))[0, 0])
    assert own == pytest.approx(1.0, abs=1e-5 if paired else 0.01)


def test_random_kitchen_sinks_follow_from_the_seed():
    same = [np.array(RandomKitchenSinks(3, seed=4)(X)) for _ in range(2)]
    other = np.array(RandomKitchenSinks(3, seed=5)(X))
    np.testing.assert_array_equal(*same)
    assert same[0].shape == (4, 300) and np.abs(same[0] - other).max() > 0.01


def test_odd_pairs_are_refused():
    with pytest.raises(UserError, match="paired features come in twos, not 7"):
        RandomKitchenSinks(3, 7, paired=True)


@pytest.mark.parametrize("y, bias, expected", [
    (Y, 1.3, 43.661352), (Z, 1.3, 54.862115), (X, 1.3, 65.155687), (Y, 0.0, 22.872052),
    (Y, 1.0, 35.263821)])
def test_polynomial_sums_in_linear_time(y, bias, expected):
    total = float(polynomial_kernel_sum(X, y, bias))
    assert total == pytest.approx(expected, rel=2e-5)
    assert total == pytest.approx(float(tf.reduce_sum(polynomial(X, y, bias=bias))), rel=2e-5)


def test_the_documents_eq_a2_is_another_number():
    n, b = 4, 1.3
    x, z = X.astype("float64"), Z.astype("float64")     # no order of adding shows in 1e-6
    diagonal = np.sum((x.T @ z) ** 2) + 2 * b * np.sum(x * z) + n * b**2
    assert diagonal == pytest.approx(30.337618, rel=1e-6)
    assert float(polynomial_kernel_sum(X, Z, b)) == pytest.approx(54.862115, rel=2e-5)


def test_linear_sum_in_linear_time():
    assert float(linear_kernel_sum(X, Y)) == pytest.approx(0.195884487, abs=1e-6)


SETTINGS = {"rks": {"dim": 3}, "fastfood": {"dim": 3}}


@pytest.mark.parametrize("name", [n for n, make in KERNELS.items()
                                  if make(**SETTINGS.get(n, {})).total])
def test_sums_and_diagonals_without_the_matrix(name):
    kernel = KERNELS[name](**SETTINGS.get(name, {}))
    matrix = np.array(kernel(X, Y))
    np.testing.assert_allclose(kernel.total(X, Y), matrix.sum(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(kernel.diagonal(X), np.diag(kernel(X, X)), rtol=1e-4)


@pytest.mark.parametrize("name", [n for n, make in KERNELS.items()
                                  if make(**SETTINGS.get(n, {})).local and n not in SETTINGS])
def test_local_against_derivatives_of_the_kernel(name):
    """p I + q a a' is the mixed second derivative of k(a, b) at b = a, by differences."""
    kernel: Kernel = KERNELS[name]()
    a, step = X[0], 1e-4
    value, slope, curvature = kernel.local(float(a @ a))
    assert float(kernel(a[None], a[None])[0, 0]) == pytest.approx(float(value), rel=1e-5)
    mixed = np.zeros((3, 3))
    for i, j in np.ndindex(3, 3):
        moves = step * np.eye(3)
        corners = [s * t * float(kernel((a + s * moves[i])[None], (a + t * moves[j])[None])[0, 0])
                   for s in (1, -1) for t in (1, -1)]
        mixed[i, j] = sum(corners) / (4 * step**2)
    np.testing.assert_allclose(mixed, slope * np.eye(3) + curvature * np.outer(a, a),
                               rtol=1e-4, atol=1e-4)


def test_half_precision_becomes_float32_and_double_stays():
    half = tf.cast(X, "bfloat16")
    assert gaussian(half, half).dtype == tf.float32
    assert gaussian(X, Y).dtype == tf.float64
    assert RandomKitchenSinks(3)(half).dtype == tf.float32

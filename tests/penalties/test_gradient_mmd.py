"""The witness penalty and the scaled MMD: check values, dense Jacobians, finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.autodiff import output_and_products
from framework.errors import UserError
from losses.kernels import KERNELS, Kernel, gaussian_kernel, linear_kernel, polynomial_kernel
from losses.mmd import mmd2, witness
from nets.architectures import Row
from nets.build import build_discriminators
from penalties.gradient import GRADIENT_SCALES, PENALTIES, smmd_scale, witness_gradient_penalty

REAL = tf.constant([[0.5, -0.3], [1.2, 0.4], [-0.7, 0.9]])
FAKE = tf.constant([[-0.2, 0.6], [0.3, -1.0], [0.8, 0.1]])
ALPHA = 1 - np.array([0.25, 0.5, 0.75], "float32")          # the weight of the real sample
RBF = gaussian_kernel(0.5)
SIGNS = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], "float32")


class Toy:
    """phi(x) = tanh(A x + c), from R^2 to R^2."""

    def __init__(self):
        self.A = tf.Variable([[0.8, -0.4], [0.3, 1.1]])

    def __call__(self, x):
        return tf.tanh(x @ tf.transpose(self.A) + tf.constant([0.1, -0.2]))


@pytest.mark.parametrize("kernel, at_points, penalty, distance", [
    (RBF, (-0.080429, -0.093861, -0.008035), 0.685606, -0.288893),
    (KERNELS["rational-quadratic"](), (-0.145752, -0.165753, -0.030882), 0.489100, -0.598569),
    (KERNELS["rational-quadratic-dot"](), (-0.250327, -0.343582, 0.017417), 0.105606,
     -0.984746)])
def test_witness_penalty_check_values(kernel, at_points, penalty, distance):
    toy = Toy()
    between = ALPHA[:, None] * REAL + (1 - ALPHA[:, None]) * FAKE
    found = witness(toy(between), toy(REAL), toy(FAKE), kernel)
    np.testing.assert_allclose(found, at_points, atol=2e-6)
    assert float(witness_gradient_penalty(toy, kernel, REAL, FAKE, ALPHA)) == pytest.approx(
        penalty, abs=3e-6)
    assert float(mmd2(toy(REAL), toy(FAKE), kernel)) == pytest.approx(distance, abs=2e-6)


def test_witness_penalty_is_the_mean_of_its_norms():
    norms = np.array((0.179357, 0.165764, 0.170896))
    penalty = witness_gradient_penalty(Toy(), RBF, REAL, FAKE, ALPHA)
    assert float(penalty) == pytest.approx(np.mean((norms - 1) ** 2), abs=2e-6)


def test_witness_penalty_gradient_flows_through_the_features():
    toy = Toy()
    with tf.GradientTape(persistent=True) as tape:
        penalty = witness_gradient_penalty(toy, RBF, REAL, FAKE, ALPHA)
        loss = penalty - mmd2(toy(REAL), toy(FAKE), RBF)
    np.testing.assert_allclose(np.ravel(tape.gradient(penalty, toy.A)),
                               (0.071450, -0.035141, -0.159340, -0.087980), atol=3e-6)
    np.testing.assert_allclose(np.ravel(tape.gradient(loss, toy.A)),
                               (0.206679, -0.155960, -0.150318, 0.050551), atol=3e-6)


def test_witness_penalty_leaves_the_generator_alone_and_takes_unequal_samples():
    toy, fake = Toy(), tf.Variable(FAKE[:2])
    with tf.GradientTape() as tape:
        penalty = witness_gradient_penalty(toy, RBF, REAL, fake, ALPHA[:2])
    assert tape.gradient(penalty, fake) is None
    assert 0 < float(penalty) < 1
    assert PENALTIES.find("witness-gp") is witness_gradient_penalty


@pytest.mark.parametrize("regularization, expected, scaled", [
    (0.0, 0.488605, -0.141155), (1.0, 0.328230, -0.0948235), (10.0, 0.0830107, -0.0239812)])
def test_scale_check_values(regularization, expected, scaled):
    toy = Toy()
    scale = smmd_scale(toy, REAL, RBF, regularization)
    assert float(scale) == pytest.approx(expected, abs=2e-6)
    assert float(scale * mmd2(toy(REAL), toy(FAKE), RBF)) == pytest.approx(scaled, abs=2e-6)


@pytest.mark.parametrize("kernel, expected", [
    (gaussian_kernel(1.0), 0.244302), (KERNELS["rational-quadratic"](), 0.140057),
    (linear_kernel(), 0.370113)])
def test_scale_check_values_of_other_kernels(kernel, expected):
    assert float(smmd_scale(Toy(), REAL, kernel)) == pytest.approx(expected, abs=2e-6)


def test_reference_scale_check_values():
    toy = Toy()
    scale = smmd_scale(toy, REAL, variant="reference")
    assert float(scale) == pytest.approx(0.0872111, abs=1e-6)
    assert float(scale * mmd2(toy(REAL), toy(FAKE), RBF)) == pytest.approx(-0.0251947, abs=1e-6)
    one = float(smmd_scale(toy, REAL, RBF, 0.0)), float(smmd_scale(toy, REAL, RBF, 3.0))
    assert one[0] != pytest.approx(float(scale)) and one[1] != pytest.approx(float(scale))


def test_swgan_check_values():
    toy = Toy()

    def scalar(x):
        return toy(x)[:, :1]
    scale = smmd_scale(scalar, REAL, variant="value-reference")
    difference = tf.reduce_mean(scalar(REAL)) - tf.reduce_mean(scalar(FAKE))
    assert float(difference) == pytest.approx(-0.116615, abs=1e-6)
    assert float(scale) == pytest.approx(0.125679, abs=1e-6)
    root = GRADIENT_SCALES.find("swgan")(scalar, REAL, signs=tf.ones((3, 1)))
    assert float(root * difference) == pytest.approx(-0.0413414, abs=1e-6)


def test_scaled_loss_gradient_check_values():
    toy = Toy()
    with tf.GradientTape() as tape:
        loss = -smmd_scale(toy, REAL, RBF) * mmd2(toy(REAL), toy(FAKE), RBF)
    np.testing.assert_allclose(np.ravel(tape.gradient(loss, toy.A)),
                               (0.043334, -0.037588, -0.008375, 0.028344), atol=2e-6)


def test_random_signs_check_values():
    toy = Toy()
    _, products = output_and_products(toy, tf.repeat(REAL[:1], 4, 0), lambda y: [SIGNS])
    squares = np.sum(np.square(products[0]), -1)
    np.testing.assert_allclose(squares, (1.126408, 1.610136, 1.610136, 1.126408), atol=2e-6)
    scales = [float(smmd_scale(toy, REAL[:1], RBF, signs=s[None])) for s in SIGNS]
    inverse = 1 / float(smmd_scale(toy, REAL[:1], RBF))
    assert np.mean(1 / np.array(scales)) == pytest.approx(inverse, rel=1e-5)
    assert inverse == pytest.approx(1 + 1 + 1.368272, abs=1e-5)


def small_discriminator(outputs=3):
    """Without kinks, so that differences say something."""
    keras.utils.set_random_seed(3)
    table = (Row("conv", 3, 3, 2, "layer", "tanh"), Row("dense", 4, activation="tanh"),
             Row("dense", 1))
    return build_discriminators(table, 1, 0, (6, 6, 2), initializer="xavier",
                                outputs=outputs)[0]


def images(seed, count=4):
    return tf.constant(np.random.default_rng(seed).normal(size=(count, 6, 6, 2)), tf.float32)


def dense_jacobian(discriminator, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = discriminator(x)
    return y.numpy(), tape.batch_jacobian(y, x).numpy().reshape(len(x), y.shape[1], -1)


@pytest.mark.parametrize("name", [n for n, make in KERNELS.items()
                                  if n not in ("energy", "rks", "fastfood")])
def test_scale_against_the_dense_jacobian(name):
    """tr J' M J with M the kernel's mixed derivative, by differences of the kernel itself."""
    kernel, discriminator, x = KERNELS[name](), small_discriminator(), images(0)
    y, jacobian = dense_jacobian(discriminator, x)
    inverse, step = [], 1e-3
    for a, J in zip(y.astype(float), jacobian, strict=True):
        def k(left, right, a=a):
            return float(kernel((a + left)[None], (a + right)[None])[0, 0])
        moves = step * np.eye(len(a))
        mixed = np.array([[sum(s * t * k(s * u, t * v) for s in (1, -1) for t in (1, -1))
                           for v in moves] for u in moves]) / (4 * step**2)
        inverse.append(k(0, 0) + np.trace(J.T @ mixed @ J))
    scale = smmd_scale(discriminator, x, kernel, 0.5)
    assert float(scale) == pytest.approx(1 / (0.5 + np.mean(inverse)), rel=1e-3)


def test_polynomial_scale_in_closed_form():
    discriminator, x = small_discriminator(), images(1)
    y, J = dense_jacobian(discriminator, x)
    s, norms = np.sum(y**2, -1), np.sum(J**2, (1, 2))
    along = np.sum(np.einsum("bd,bdi->bi", y, J) ** 2, -1)
    inverse = 1 + np.mean((s + 1) ** 2 + 2 * (s + 1) * norms + 2 * along)
    assert float(smmd_scale(discriminator, x, polynomial_kernel())) == pytest.approx(1 / inverse,
                                                                                     rel=1e-5)


def slopes_agree(value, variables, tolerance):
    """The tape's gradient against central differences along a random direction each."""
    with tf.GradientTape() as tape:
        found = value()
    gradients = tape.gradient(found, [v.value for v in variables],
                              unconnected_gradients="zero")
    random, step, moved = np.random.default_rng(5), 1e-2, 0
    for v, gradient in zip(variables, gradients, strict=True):
        before = v.numpy()
        direction = random.normal(size=before.shape)
        direction = (direction / np.linalg.norm(direction)).astype("float32")
        ends = []
        for side in (1, -1):
            v.assign(before + side * step * direction)
            ends.append(float(value()))
        v.assign(before)
        slope = np.sum(gradient.numpy() * direction)
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slope, rel=2e-2,
                                                                 abs=tolerance), v.path
        moved += abs(slope) > 10 * tolerance
    assert moved >= 3


@pytest.mark.parametrize("kernel", [RBF, KERNELS["rational-quadratic-dot"](),
                                    KERNELS["rks"](3)])
def test_second_order_gradient_of_the_witness_penalty(kernel):
    discriminator, real, fake = small_discriminator(), images(0), images(1)
    alpha = np.array((0.2, 0.4, 0.6, 0.8), "float32")
    slopes_agree(lambda: witness_gradient_penalty(discriminator, kernel, real, fake, alpha),
                 discriminator.trainable_variables, 3e-4)


@pytest.mark.parametrize("kernel, signs", [
    (RBF, None), (polynomial_kernel(), None), (RBF, tf.sign(images(7)[:, 0, :3, 0]))])
def test_second_order_gradient_of_the_scale(kernel, signs):
    discriminator, real = small_discriminator(), images(0)
    slopes_agree(lambda: smmd_scale(discriminator, real, kernel, signs=signs),
                 discriminator.trainable_variables, 2e-5)


def test_registered_scales():
    """With the same signs both read the same ||J||^2, which is 1 / sigma^2 - 2 for RBF."""
    toy, signs = Toy(), SIGNS[:3]
    analytic = GRADIENT_SCALES.find("smmd")(toy, REAL, kernel=RBF, signs=signs)
    reference = GRADIENT_SCALES.find("smmd-reference")(toy, REAL, kernel=RBF, signs=signs)
    jacobian = 1 / float(analytic) - 2
    assert jacobian > 0.5
    assert float(reference) == pytest.approx(1 / (1 + 10 * jacobian), rel=1e-5)


@pytest.mark.parametrize("settings, message", [
    ({"variant": "best", "kernel": RBF}, "unknown variant 'best'"),
    ({"kernel": KERNELS["energy"]()}, "differentiable on its diagonal"),
    ({"kernel": Kernel(lambda x, y: x @ y)}, "differentiable on its diagonal"), ({}, "kernel")])
def test_what_has_no_scale(settings, message):
    with pytest.raises(UserError, match=message):
        smmd_scale(Toy(), REAL, **settings)


def test_float32_of_half_precision():
    scale = smmd_scale(Toy(), tf.cast(REAL, "bfloat16"), RBF)
    assert scale.dtype == tf.float32 and float(scale) == pytest.approx(0.328230, rel=0.02)

"""DiracGAN against check values, quadrature-free closed forms and conservation laws."""

from math import erf, exp, pi, sqrt

import numpy as np
import pytest
from scipy.special import lambertw

from figures.dirac import (
    FIELDS,
    best_penalised_psi,
    dirac_mmd2,
    largest_mmd,
    largest_scaled_mmd,
    penalised_objective,
    trajectory,
    witness_penalty,
)
from figures.dirac_distances import distances
from figures.dirac_fields import fields

THETA = np.array([0.1, 0.5, 1, 2, 5])


def test_mmd_is_a_step():
    np.testing.assert_allclose(largest_mmd(np.array([-3, 0, 1e-9])), [sqrt(2), 0, sqrt(2)])
    np.testing.assert_allclose(dirac_mmd2(2.0, 0.5), 2 - 2 * exp(-0.5))


@pytest.mark.parametrize("regularization, values, limit", [
    (0, (0.0952009, 0.3969527, 0.6512652, 0.9422604, 1.2388012), 1.414214),
    (1, (0.0933250, 0.3643995, 0.5637769, 0.7593621, 0.9224476), 1.0),
    (10, (0.0854576, 0.2607446, 0.3398423, 0.3902235, 0.4174412), 0.426401)])
def test_scaled_mmd_check_values(regularization, values, limit):
    np.testing.assert_allclose(largest_scaled_mmd(THETA, regularization), values, rtol=1e-6)
    assert largest_scaled_mmd(1e4, regularization) == pytest.approx(limit, rel=1e-6)
    near = largest_scaled_mmd(np.array([-1e-5, 0, 1e-5]), regularization)
    np.testing.assert_allclose(near, [1e-5, 0, 1e-5], rtol=1e-4)


@pytest.mark.parametrize("regularization, psi", [
    (0, 1.309715), (1, 1.514063), (10, 2.077762)])
def test_scaled_mmd_is_attained(regularization, psi):
    """At psi* the scaled MMD is D_SMMD, and to both sides of it less."""
    def scaled(p, theta=1.0):
        return sqrt(dirac_mmd2(p, theta) / (regularization + 1 + p**2))
    best = float(largest_scaled_mmd(1.0, regularization))
    assert scaled(psi) == pytest.approx(best, rel=1e-6)
    assert max(scaled(0.98 * psi), scaled(1.02 * psi)) < best


def test_the_root_is_lambert_w():
    for v in (1e-6, 0.3, 4.0):
        theta, w = sqrt(v), -lambertw(-np.exp(-1 - v), -1).real
        assert largest_scaled_mmd(theta, 1.0) == pytest.approx(theta / sqrt(w), rel=1e-6)


def closed_penalty(psi, theta):
    a = psi**2 * theta**2
    i1 = sqrt(pi) * erf(sqrt(a)) / (4 * a**1.5) - exp(-a) / (2 * a)
    i2 = exp(-a / 4) * (sqrt(pi / a) * erf(sqrt(a) / 2) / 4
                        - sqrt(pi) * erf(sqrt(a) / 2) / (2 * a**1.5) + exp(-a / 4) / (2 * a))
    return 2 * psi**4 * theta**2 * (i1 + i2) - 4 * (1 - exp(-a / 2)) / abs(theta) + 1


@pytest.mark.parametrize("psi, theta, value", [
    (1, 1, 0.0523520), (2, 0.5, 0.3571626), (0.7, 3, 0.2106148), (3, 1, 1.6970018)])
def test_witness_penalty_check_values(psi, theta, value):
    assert float(witness_penalty(psi, theta)) == pytest.approx(value, abs=1e-6)
    assert float(witness_penalty(psi, theta)) == pytest.approx(closed_penalty(psi, theta),
                                                               abs=1e-8)


@pytest.mark.parametrize("theta, objective, mmd", [
    (0.01, 0.0100237, 0.1002496), (0.1, 0.1023414, 0.3239899), (0.5, 0.5526472, 0.7852520),
    (1.0, 1.1399883, 1.1576822)])
def test_penalised_optimum_check_values(theta, objective, mmd):
    psi = best_penalised_psi([theta])[0]
    assert float(penalised_objective(psi, theta)) == pytest.approx(objective, abs=2e-6)
    assert float(np.sqrt(dirac_mmd2(psi, theta))) == pytest.approx(mmd, rel=1e-4)


@pytest.mark.parametrize("name, rates", [
    ("WGAN", (0.5, -1)), ("WGAN, clipped", (0.5, -1)), ("WGAN-GP", (0.5, 0)),
    ("GAN", (0.311230, -0.622459)), ("GAN, non-saturating", (0.188770, -0.622459)),
    ("MMD", (-0.441248, 0.882497)), ("MMD-GP", (-0.441248, 2.232057)),
    ("SMMD", (-0.196110, 0.345800))])
def test_field_check_values(name, rates):
    np.testing.assert_allclose(FIELDS[name](np.float64(1.0), np.float64(0.5)), rates, atol=2e-6)


@pytest.mark.parametrize("name, value", [
    ("MMD", lambda t, p: dirac_mmd2(p, t)), ("MMD-GP", lambda t, p: penalised_objective(p, t)),
    ("SMMD", lambda t, p: dirac_mmd2(p, t) / (2 + p**2))])
def test_fields_are_gradients(name, value):
    """The critic's rate is its objective's derivative, by differences; so is the generator's of
    the part that it sees."""
    theta, psi, step = 0.8, 1.3, 1e-5
    up = FIELDS[name](theta, psi)[1]
    assert up == pytest.approx((value(theta, psi + step) - value(theta, psi - step))
                               / (2 * step), rel=1e-6)
    if name != "MMD-GP":
        down = -(value(theta + step, psi) - value(theta - step, psi)) / (2 * step)
        assert FIELDS[name](theta, psi)[0] == pytest.approx(down, rel=1e-6)


def test_trajectories():
    mmd = trajectory(FIELDS["MMD"], 1.0, 1.0, 20)
    np.testing.assert_allclose(mmd[50], (0.046919, 1.413435), atol=1e-5)
    np.testing.assert_allclose(mmd[-1], (0, 1.414214), atol=1e-5)
    np.testing.assert_allclose(np.sum(mmd**2, -1), 2, atol=1e-6)
    scaled = trajectory(FIELDS["SMMD"], 1.0, 1.0, 100)
    np.testing.assert_allclose(scaled[10], (0.597320, 1.162982), atol=1e-5)
    np.testing.assert_allclose(scaled[-1], (0, 1.244788), atol=1e-5)
    circle = trajectory(FIELDS["WGAN"], 1.0, 0.5, 2 * pi)
    np.testing.assert_allclose(circle[-1], circle[0], atol=1e-6)


def test_clipped_critic_stays_at_its_bound():
    path = trajectory(FIELDS["WGAN, clipped"], 1.0, 0.5, 25)
    assert np.abs(path[:, 1]).max() < 1.05 and np.abs(path[-200:, 0]).max() < 1.1


def test_the_figures_columns():
    """Continuous but for D_MMD: the steps between neighbours are small everywhere."""
    found = distances()
    jump = {name: np.abs(np.diff(found[name])).max() for name in found}
    assert jump["mmd"] == pytest.approx(sqrt(2))
    assert jump["smmd"] < 0.026 and jump["mmd_gp_objective"] < 0.05
    assert np.interp(0.025, found["theta"], found["mmd_gp"]) > 0.15       # a root, not a line
    for name in ("smmd", "mmd_gp_objective"):
        np.testing.assert_allclose(found[name], found[name][::-1], atol=1e-9)
    assert {len(columns["theta"]) for columns in fields().values()} == {21 * 21}

"""The terms of the evidence lower bound, against SciPy and a model whose evidence is known."""

import numpy as np
import pytest
from scipy import stats

from losses.vae import divergence, elbo, log_bernoulli, log_gaussian, reparameterised

RNG = np.random.default_rng(0)


def test_the_gaussian_is_a_density_with_its_constants():
    x, mean = RNG.normal(size=(2, 4, 3, 3, 2)).astype("float32")
    found = log_gaussian(x, mean, np.float32(np.log(0.3)))
    expected = stats.norm.logpdf(x, mean, 0.3).reshape(4, -1).sum(-1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_bernoulli_is_that_of_coins_on_average():
    p, q = RNG.uniform(0.05, 0.95, (2, 5, 6))
    found = log_bernoulli((2 * p - 1).astype("float32"), (2 * q - 1).astype("float32"))
    expected = (p * stats.bernoulli.logpmf(1, q) + (1 - p) * stats.bernoulli.logpmf(0, q)).sum(-1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert np.isfinite(log_bernoulli(np.ones((1, 2)), -np.ones((1, 2)))).all()


def test_the_divergence_is_the_mean_log_ratio():
    mean, log_variance = np.float32([[0.7, -1.2]]), np.float32([[-0.8, 0.5]])
    points, weights = np.polynomial.hermite_e.hermegauss(30)
    expected = sum(
        np.sum(weights * (stats.norm.logpdf(m + s * points, m, s)
                          - stats.norm.logpdf(m + s * points))) / weights.sum()
        for m, s in zip(mean[0], np.exp(log_variance[0] / 2), strict=True))
    assert float(divergence(mean, log_variance)[0]) == pytest.approx(expected, rel=1e-5)


def test_z_has_the_mean_and_variance_asked_for():
    noise = RNG.normal(size=(20_000, 2)).astype("float32")
    z = reparameterised(np.float32([[1.0, -2.0]]), np.float32([[0.0, np.log(0.25)]]), noise)
    np.testing.assert_allclose(np.mean(z, 0), [1, -2], atol=0.03)
    np.testing.assert_allclose(np.std(z, 0), [1, 0.5], rtol=0.02)


@pytest.mark.parametrize("shift, gap", [(0.0, 0.0), (0.4, 0.5 * 0.4**2)])
def test_the_bound_is_the_evidence_under_the_true_posterior(shift, gap):
    """x = w z + noise: p(x) is N(0, w w' + sigma^2 I), and the posterior of z is known. A mean that
    is off by `shift` deviations costs their divergence, and nothing else."""
    w, sigma, x = np.array([1.5, -0.5, 0.8]), 0.6, np.array([0.9, 0.2, -0.4])
    variance = 1 / (1 + w @ w / sigma**2)
    mean = variance * (w @ x) / sigma**2 + shift * variance**0.5
    points, weights = np.polynomial.hermite_e.hermegauss(20)
    z = mean + variance**0.5 * points
    each = log_gaussian(np.tile(x, (20, 1)), z[:, None] * w, np.float32(np.log(sigma)))
    reconstruction = np.sum(weights * np.asarray(each)) / weights.sum()
    kl = float(divergence([[mean]], [[np.log(variance)]])[0])
    evidence = stats.multivariate_normal.logpdf(x, cov=np.outer(w, w) + sigma**2 * np.eye(3))
    assert elbo(reconstruction, kl) == pytest.approx(evidence - gap, abs=1e-5)
    assert elbo(reconstruction, kl, 2.0) == pytest.approx(evidence - gap - kl, abs=1e-5)

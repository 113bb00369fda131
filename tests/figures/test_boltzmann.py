"""A tiny machine beside the sum over all of its states."""

from itertools import product

import numpy as np
import pytest

from figures.boltzmann import (
    MOST_HIDDEN,
    Boltzmann,
    contrastive_divergence,
    gibbs,
    hidden_given,
    initial,
    learned,
    log_partition,
    log_unnormalised,
    pseudo_log_likelihood,
    visible_given,
)

RNG = np.random.default_rng(0)
V, H = 4, 3
MACHINE = Boltzmann(RNG.normal(0, 1, (V, H)).astype(np.float32),
                    RNG.normal(0, 0.5, V).astype(np.float32),
                    RNG.normal(0, 0.5, H).astype(np.float32))
X, Y = (np.array(list(product((0, 1), repeat=n)), np.float32) for n in (V, H))
DATA = X[[3, 3, 5, 12, 12, 12]]


def joint(machine):
    """p(x, y) [2^V, 2^H], by the definition."""
    found = np.array([[np.exp(x @ machine.weights @ y + x @ machine.visible + y @ machine.hidden)
                       for y in Y] for x in X], np.float64)
    return found / found.sum()


def exact_gradient(machine, data):
    """Of the mean log-likelihood: correlations in the data less those of the model."""
    p = joint(machine)
    model = np.einsum("xy,xi,yj->ij", p, X, Y), p.sum(1) @ X, p.sum(0) @ Y
    y = np.stack([p[int(x @ 2 ** np.arange(V)[::-1])] / p[int(x @ 2 ** np.arange(V)[::-1])].sum()
                  for x in data]) @ Y
    seen = data.T @ y / len(data), data.mean(0), y.mean(0)
    return [one - other for one, other in zip(seen, model, strict=True)]


def flat(parts):
    return np.concatenate([np.ravel(part) for part in parts])


def log_likelihood(machine, data):
    return log_unnormalised(machine, data).mean() - log_partition(machine)


def test_conditionals_are_those_of_the_joint():
    p = joint(MACHINE)
    np.testing.assert_allclose(hidden_given(MACHINE, X), p @ Y / p.sum(1)[:, None], rtol=1e-5)
    np.testing.assert_allclose(visible_given(MACHINE, Y), p.T @ X / p.sum(0)[:, None], rtol=1e-5)


def test_the_likelihood_is_exact():
    found = np.exp(log_unnormalised(MACHINE, X) - log_partition(MACHINE))
    np.testing.assert_allclose(found, joint(MACHINE).sum(1), rtol=1e-5)
    with pytest.raises(ValueError, match="too many states"):
        log_partition(initial(DATA, MOST_HIDDEN + 1, RNG))


def test_a_gibbs_step_leaves_the_model_as_it_is_and_many_reach_it():
    p = joint(MACHINE).sum(1)
    rng, n = np.random.default_rng(1), 40_000

    def shares(x):
        return np.bincount((x @ 2 ** np.arange(V)[::-1]).astype(int), minlength=2**V) / n
    error = 4.5 * np.sqrt(p / n)
    assert (np.abs(shares(gibbs(MACHINE, X[rng.choice(2**V, n, p=p)], 1, rng)[0]) - p)
            < error).all()
    start = np.tile(X[:1], (n, 1))
    assert (np.abs(shares(gibbs(MACHINE, start, 1, rng)[0]) - p) > error).any()
    assert (np.abs(shares(gibbs(MACHINE, start, 40, rng)[0]) - p) < error).all()


def test_contrastive_divergence_points_up_and_long_chains_give_the_gradient():
    exact = flat(exact_gradient(MACHINE, DATA))
    many = np.tile(DATA, (5000, 1))
    short, long = (flat(contrastive_divergence(MACHINE, many, k, np.random.default_rng(2)))
                   for k in (1, 40))
    cosine = short @ exact / np.linalg.norm(short) / np.linalg.norm(exact)
    assert 0.7 < cosine < 0.9999
    np.testing.assert_allclose(long, exact, atol=0.015)


def test_the_exact_gradient_is_that_of_the_likelihood():
    exact = exact_gradient(MACHINE, DATA)[0][1, 2]
    step = np.zeros((V, H), np.float32)
    step[1, 2] = 1e-2
    up, down = (log_likelihood(MACHINE._replace(weights=MACHINE.weights + sign * step), DATA)
                for sign in (1, -1))
    assert (up - down) / 2e-2 == pytest.approx(exact, rel=1e-2)


def test_learning_raises_the_likelihood_towards_the_data():
    machine, rng = initial(DATA, H, np.random.default_rng(3)), np.random.default_rng(4)
    batch, before = np.tile(DATA, (10, 1)), log_likelihood(initial(DATA, H, rng), DATA)
    for _ in range(1500):
        machine = learned(machine, contrastive_divergence(machine, batch, 1, rng), 0.1)
    entropy = -sum(share * np.log(share) for share in (1 / 3, 1 / 6, 1 / 2))
    assert before < -1.6 and -entropy - 0.35 < log_likelihood(machine, DATA) < -entropy


def test_pseudo_likelihood():
    p = joint(MACHINE).sum(1)
    wanted = 0.0
    for x in DATA:
        for i in range(V):
            other = x.copy()
            other[i] = 1 - other[i]
            one, two = (p[int(each @ 2 ** np.arange(V)[::-1])] for each in (x, other))
            wanted += np.log(one / (one + two)) / len(DATA)
    found = pseudo_log_likelihood(MACHINE, np.tile(DATA, (5000, 1)), np.random.default_rng(5))
    assert found == pytest.approx(wanted, rel=0.02)

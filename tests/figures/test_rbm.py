"""The figure of the restricted Boltzmann machine, with few digits."""

import numpy as np
import pytest

from figures import rbm
from figures.draw import main
from framework.errors import UserError


@pytest.fixture
def few(monkeypatch):
    for name, value in {"TRAINING": 100, "HELD_OUT": 20, "HIDDEN": 8, "WALKS": (1, 3),
                        "MEASURED": 3}.items():
        monkeypatch.setattr(rbm, name, value)


def test_columns(few):
    figure = rbm.draw(iterations=6)
    assert list(figure.columns) == ["iteration", "reconstruction_error", "pseudo_log_likelihood"]
    np.testing.assert_array_equal(figure.columns["iteration"], [0, 2, 4, 6])
    assert figure.picture.std() > 10


def test_it_learns_and_follows_from_the_seed(few):
    data = rbm.digits(300, "train")
    assert data.shape == (300, 784) and set(np.unique(data)) == {0, 1} and 0.05 < data.mean() < 0.3
    machine, columns = rbm.train(data, data[:50], 150, hidden=30)
    again, _ = rbm.train(data, data[:50], 150, hidden=30)
    np.testing.assert_array_equal(machine.weights, again.weights)
    assert columns["reconstruction_error"][-1] < 0.85 * columns["reconstruction_error"][0]
    assert columns["pseudo_log_likelihood"][-1] > 0.9 * columns["pseudo_log_likelihood"][0]
    other, _ = rbm.train(data, data[:50], 150, gibbs_steps=2, hidden=30)
    assert np.abs(other.weights - machine.weights).max() > 1e-3


def test_k_is_given_on_the_command_line(few, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(rbm, "contrastive_divergence",
                        lambda machine, x, k, rng: asked.append(k) or machine)
    main("rbm", iterations=1, gibbs_steps=5, output=str(tmp_path))
    assert asked and set(asked) == {5}
    with pytest.raises(UserError, match="the figure kl takes no --gibbs_steps"):
        main("kl", gibbs_steps=5, output=str(tmp_path))

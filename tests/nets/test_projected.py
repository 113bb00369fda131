"""Projected style swap: exact in all directions, nearly so in few, and where it is not used."""

import numpy as np
import pytest
import tensorflow as tf

from nets import projected
from nets.projected import match_projected
from nets.swap import Plan, match_patches


@pytest.fixture(autouse=True)
def small_ones_too(monkeypatch):
    monkeypatch.setattr(projected, "LEAST_PAIRS", 0)


def activations(height, width, channels=4, seed=0):
    values = np.random.default_rng(seed).normal(size=(height, width, channels))
    return tf.constant(np.abs(values), tf.float32)


@pytest.mark.parametrize("k, s", [(3, 1), (3, 2), (2, 1), (1, 1)])
@pytest.mark.parametrize("scores", [None, 1], ids=["at once", "row by row"])
def test_in_all_directions_it_is_exact(k, s, scores, monkeypatch):
    monkeypatch.setattr(projected, "SCORES", scores or projected.SCORES)
    content, style = activations(9, 7, seed=1), activations(8, 10, seed=2)
    plan = Plan((9, 7, 4), (8, 10, 4), k, s)
    found = match_projected(content, style, plan).numpy()
    assert found.dtype == np.int32 and len(np.unique(found)) > 4
    np.testing.assert_array_equal(found, match_patches(content, style, plan))


def test_in_few_directions_it_is_nearly_exact(monkeypatch):
    """Of 100 channels, seven matter and one is strong in the content alone."""
    for name, value in (("CHANNELS", 8), ("FEW", 20), ("MANY", 40)):
        monkeypatch.setattr(projected, name, value)
    mixing = np.random.default_rng(3).gamma(1, size=(7, 100)).astype("float32")
    content, style = (activations(n, 24, 7, seed=n) @ mixing + 0.1 * activations(n, 24, 100, seed=n)
                      for n in (22, 26))
    content += 5 * tf.one_hot([0], 100)
    plan = Plan((22, 24, 100), (26, 24, 100), 3, 1)
    exact, near = (match(content, style, plan).numpy().ravel()
                   for match in (match_patches, match_projected))
    patches = [tf.reshape(tf.image.extract_patches(each[None], [1, 3, 3, 1], [1] * 4, [1] * 4,
                                                   "VALID"), (-1, 900)).numpy()
               for each in (content, style)]
    unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in patches]
    lost = (unit[0] * (unit[1][exact] - unit[1][near])).sum(1)
    spread = (unit[0] @ unit[1].T).std(1).mean()
    assert 0.3 < (near == exact).mean() < 1 and (lost > -1e-5).all()
    assert lost.mean() < 0.3 * spread


def test_larger_patches_are_compared_in_fewer_channels(monkeypatch):
    asked = []

    def principal(sets, count):
        asked.append(count)
        return found(sets, count)
    found = projected.principal
    monkeypatch.setattr(projected, "principal", principal)
    for k in (3, 5):
        match_projected(activations(9, 8, 50), activations(8, 9, 50, 1),
                        Plan((9, 8, 50), (8, 9, 50), k, 1))
    assert asked == [projected.CHANNELS, projected.MANY, projected.MOST_NUMBERS // 25,
                     projected.MANY]


@pytest.mark.parametrize("why", ["few pairs", "large patches", "memory"])
def test_where_it_is_exact_swap_itself(why, monkeypatch):
    content, style, limit = activations(9, 8, seed=4), activations(8, 9, seed=5), None
    if why == "few pairs":
        monkeypatch.setattr(projected, "LEAST_PAIRS", 42 * 42 + 1)
    if why == "large patches":
        monkeypatch.setattr(projected, "MOST_NUMBERS", 9 * projected.FEWEST_CHANNELS - 1)
    if why == "memory":
        limit = 3 * 2**20
    monkeypatch.setattr(projected, "match_patches", lambda *_: "exact")
    assert match_projected(content, style, Plan((9, 8, 4), (8, 9, 4), 3, 1, limit)) == "exact"

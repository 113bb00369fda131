"""Precision, recall, density and coverage against double loops and extreme cases."""

import numpy as np
import pytest

from framework.errors import UserError
from metrics import manifold
from metrics.manifold import prdc


def by_loops(real, fake, k):
    def radius(row, rows):
        return sorted(np.linalg.norm(row - other) for other in rows)[k]

    def inside(point, center, rows, closed):
        distance, most = np.linalg.norm(point - center), radius(center, rows)
        return distance <= most if closed else distance < most
    open_balls = [[inside(f, r, real, False) for r in real] for f in fake]
    return {"precision": np.mean([any(inside(f, r, real, True) for r in real) for f in fake]),
            "recall": np.mean([any(inside(r, f, fake, True) for f in fake) for r in real]),
            "density": np.mean([sum(row) / k for row in open_balls]),
            "coverage": np.mean([any(row[i] for row in open_balls) for i in range(len(real))])}


@pytest.mark.parametrize("tile", [4, 1000])
def test_by_double_loop(monkeypatch, tile):
    monkeypatch.setattr(manifold, "TILE_ROWS", tile)
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(17, 3)), rng.normal(1.2, 0.6, size=(13, 3))
    found, expected = prdc(real, fake, k=2), by_loops(real, fake, 2)
    assert found == pytest.approx(expected, abs=1e-12)
    assert all(0 < value < 1 for value in found.values())


def test_far_apart_nothing_meets():
    rng = np.random.default_rng(1)
    real = rng.normal(size=(20, 2))
    assert prdc(real, real[:15] + 100) == dict.fromkeys(
        ("precision", "recall", "density", "coverage"), 0)


def test_a_collapsed_generator_is_precise_and_covers_little():
    real = np.random.default_rng(2).normal(size=(200, 2))
    found = prdc(real, np.repeat(real[np.abs(real).sum(1).argmin()][None], 50, 0))
    assert found["precision"] == 1 and found["recall"] <= 1 / 200
    assert found["density"] > 0.5 and found["coverage"] < 0.1


def test_equal_sets():
    real = np.random.default_rng(3).normal(size=(60, 4))
    found = prdc(real, real)
    assert set(found.values()) == {1.0}


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_ties_are_exact_at_any_size(offset):
    """Points of a grid have many neighbours at one distance; far from 0 a product rounds them.
    All numbers here are exact in float64, and so are the double loops' squares."""
    rng = np.random.default_rng(4)
    real, fake = (rng.integers(0, 4, size=(n, 6)) + offset for n in (400, 300))
    around_real, around_fake = (np.sort(((x[:, None] - x[None]) ** 2).sum(-1), 1)[:, 5]
                                for x in (real, fake))
    between = ((real[:, None] - fake[None]) ** 2).sum(-1)
    assert prdc(real, fake) == {
        "precision": np.mean((between <= around_real[:, None]).any(0)),
        "recall": np.mean((between <= around_fake).any(1)),
        "density": np.mean((between < around_real[:, None]).sum(0)) / 5,
        "coverage": np.mean((between < around_real[:, None]).any(1))}
    assert (between == around_real[:, None]).sum() > 1000


def test_too_few_samples_are_refused():
    rows = np.zeros((5, 2))
    with pytest.raises(UserError, match="more than 5 samples"):
        prdc(rows, rows)
    with pytest.raises(UserError, match="0-th neighbour"):
        prdc(rows, rows, k=0)

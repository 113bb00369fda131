"""Precision, recall, density and coverage against double loops and extreme cases."""

import numpy as np
import pytest

from framework.errors import UserError
from metrics import manifold
from metrics.manifold import prdc


def by_loops(real, fake, k):
    def radius(row, rows):
        return sorted(np.linalg.norm(row - other) for other in rows)[k]

    def inside(point, center, rows):
        return np.linalg.norm(point - center) <= radius(center, rows)
    balls = [[inside(f, r, real) for r in real] for f in fake]
    return {"precision": np.mean([any(row) for row in balls]),
            "recall": np.mean([any(inside(r, f, fake) for f in fake) for r in real]),
            "density": np.mean([sum(row) / k for row in balls]),
            "coverage": np.mean([any(row[i] for row in balls) for i in range(len(real))])}


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
    assert (found["precision"], found["recall"], found["coverage"]) == (1, 1, 1)
    assert found["density"] == pytest.approx(6 / 5, rel=0.2)


def test_too_few_samples_are_refused():
    rows = np.zeros((5, 2))
    with pytest.raises(UserError, match="more than 5 samples"):
        prdc(rows, rows)
    with pytest.raises(UserError, match="0-th neighbour"):
        prdc(rows, rows, k=0)

"""Nearest neighbours by a double loop, and what small pixels do not see."""

import numpy as np
import pytest

from framework.errors import UserError
from metrics import nearest as module
from metrics.nearest import nearest, small_pixels


@pytest.mark.parametrize("tile", [3, 1000])
@pytest.mark.parametrize("alone", [False, True])
def test_by_double_loop(monkeypatch, tile, alone):
    monkeypatch.setattr(module, "TILE_ROWS", tile)
    rng = np.random.default_rng(0)
    among = rng.normal(size=(11, 4))
    rows = among[:7] if alone else rng.normal(size=(7, 4))
    distances, where = nearest(rows, among, 3, without_itself=alone)
    for i, row in enumerate(rows):
        found = sorted((np.sqrt(np.sum((row - other)**2)), j) for j, other in enumerate(among)
                       if not (alone and i == j))[:3]
        assert distances[i] == pytest.approx([d for d, _ in found], abs=1e-12)
        assert list(where[i]) == [j for _, j in found]


def test_rows_of_other_widths_and_numbers_that_are_not_finite_are_refused():
    with pytest.raises(UserError, match="widths 2 and 3"):
        nearest(np.zeros((4, 2)), np.zeros((4, 3)), 1)
    with pytest.raises(UserError, match="not finite"):
        nearest(np.full((4, 2), np.nan), np.zeros((4, 2)), 1)


@pytest.mark.parametrize("shape", [(32, 32, 3), (20, 50, 1), (8, 8, 3)])
def test_small_pixels(shape):
    images = np.random.default_rng(1).uniform(-0.5, 0.5, (3, *shape)).astype(np.float32)
    rows = small_pixels(images)
    assert rows.shape == (3, min(16, shape[0]) * min(16, shape[1]) * shape[2])
    assert rows.mean(1) == pytest.approx(0, abs=1e-6) and rows.std() > 0.05
    assert small_pixels(images + np.float32(0.3)) == pytest.approx(rows, abs=1e-6)   # brighter
    if shape[0] == 32:
        means = images.reshape(3, 16, 2, 16, 2, 3).mean((2, 4)).reshape(3, -1)
        assert rows == pytest.approx(means - means.mean(1, keepdims=True), abs=1e-6)

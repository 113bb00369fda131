"""Edges and self-similarity: by hand, and blind to what they must not see."""

import numpy as np
import pytest

from metrics.pairing import centred_rows
from metrics.shapes import (
    DIRECTIONS,
    FAINT,
    GRID,
    edge_energy,
    edge_features,
    edges,
    greys,
    self_similarity,
    similarities,
)

SIZE = 48


def half(direction):
    """An image in [0, 1] that is bright on one side of a line: "down" or "across" it."""
    grey = np.zeros((SIZE, SIZE), np.float32)
    grey[SIZE // 2:] = 1
    return {"down": grey, "across": grey.T.copy()}[direction]


def blob():
    rng = np.random.default_rng(0)
    return np.clip(rng.random((6, 6)).repeat(8, 0).repeat(8, 1), 0, 1).astype(np.float32)


@pytest.mark.parametrize("direction, bin_", [("across", 0), ("down", DIRECTIONS // 2)])
def test_an_edge_counts_in_its_direction(direction, bin_):
    energy = edge_energy(half(direction)).sum((0, 1))
    assert energy.argmax() == bin_ and energy[bin_] > 0.9 * energy.sum() > 1


def test_directions_share_an_edge_between_them():
    along = np.add.outer(np.arange(SIZE), 0.75 * np.arange(SIZE)).astype(np.float32)
    energy = edge_energy(0.06 * along)[10:-10, 10:-10]
    strength = 0.06 * np.hypot(1, 0.75) - FAINT
    np.testing.assert_allclose(energy.sum(-1), strength, rtol=1e-3)
    place = np.arctan2(1, 0.75) / np.pi * DIRECTIONS
    share = place - int(place)
    np.testing.assert_allclose(energy[0, 0, int(place)], (1 - share) * strength, rtol=1e-2)
    np.testing.assert_allclose(energy[0, 0, int(place) + 1], share * strength, rtol=1e-2)


def test_faint_gradients_are_no_edges():
    ramp = np.linspace(0, 0.9 * FAINT * SIZE, SIZE, dtype=np.float32)
    assert (edge_energy(np.broadcast_to(ramp, (SIZE, SIZE)).copy()) == 0).all()


def test_edges_stand_where_they_are():
    found = edge_features(half("down")).reshape(GRID, GRID, DIRECTIONS).sum(-1)
    assert found[3:5].sum() > 0.75 * found.sum() and found[0].sum() < 0.02 * found.sum()
    assert np.linalg.norm(edge_features(half("down"))) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("features", [edge_features, self_similarity])
def test_a_negative_is_the_same(features):
    grey = blob()
    found, other = features(grey), features(1 - grey)
    np.testing.assert_allclose(found, other, atol=1e-4)
    assert np.abs(found - features(np.rot90(grey).copy())).max() > 0.1


@pytest.mark.parametrize("features", [edge_features, self_similarity])
@pytest.mark.parametrize("level", [0.0, 0.5, 1.0])
def test_a_grey_image_tells_nothing(features, level):
    assert np.abs(features(np.full((SIZE, SIZE), level, np.float32))).max() < 1e-6


def test_a_faint_code_tells_nothing():
    code = np.random.default_rng(1).normal(size=(8, 8)).repeat(6, 0).repeat(6, 1)
    grey = (0.5 + 2 / 255 * code).astype(np.float32)
    assert np.abs(self_similarity(grey)).max() < 1e-6 > np.abs(edge_features(grey)).max()


def test_self_similarity_is_a_cosine_between_places():
    found = np.zeros((GRID**2, GRID**2))
    found[np.triu_indices(GRID**2, 1)] = self_similarity(half("down"))
    top, next_to_it, bottom, on_edge = 0, GRID - 1, GRID**2 - 1, GRID * GRID // 2
    assert found[top, next_to_it] > 0.95 and found[top, bottom] < -0.2
    assert found[top, on_edge] < 0.3 and np.abs(found).max() <= 1


@pytest.mark.parametrize("make", [edges, similarities])
def test_colours_do_not_count(make):
    image = np.stack([blob(), 0.5 * blob() + 0.2, np.zeros_like(blob())], -1) * 2 - 1
    images = np.stack([image, image[..., ::-1], image[..., [1, 2, 0]]])
    found = make()(images)
    np.testing.assert_allclose(found[1:], np.stack([found[0]] * 2), atol=1e-5)
    assert np.isfinite(centred_rows(found)).all()


def test_greys():
    image = np.array([[[[-1, 0, 1.0], [1, 1, 1]]]])
    assert greys(image).tolist() == [[[0.5, 1.0]]]

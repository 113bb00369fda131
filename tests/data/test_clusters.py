"""Clusters of edges: blobs are found again, and what belongs to a domain does not count."""

import cv2
import numpy as np
import pytest

from data import clusters
from data.clusters import edge_histograms, find_clusters, kmeans, nearest
from data.domain import Domain
from framework.errors import UserError

RNG = np.random.default_rng(0)
KINDS = np.arange(60) % 3


def bars(kinds=KINDS, low=20, high=120, seed=0):
    """Images [N, 32, 32, 3] with a bar in one of three directions, near the centre."""
    rng, images = np.random.default_rng(seed), []
    for kind in kinds:
        image = np.full((32, 32, 3), low, np.uint8)
        x, y = 16 + rng.uniform(-1, 1, 2)
        angle = np.pi * kind / 3 + rng.normal(0, 0.05)
        dx, dy = 10 * np.cos(angle), 10 * np.sin(angle)
        ends = [(round(x + side * dx), round(y + side * dy)) for side in (-1, 1)]
        cv2.line(image, *ends, (high,) * 3, 3)
        images.append(image)
    return np.stack(images)


def alike(labels, kinds):
    """Whether two labellings part the same images."""
    return (labels[:, None] == labels).tolist() == (kinds[:, None] == kinds).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_clear_blobs_are_found_again(seed):
    kinds = RNG.permutation(np.arange(80) % 4)
    blobs = 10 * np.eye(6)[kinds] + RNG.normal(0, 0.5, (80, 6))
    centres = kmeans(blobs, 4, seed)
    assert alike(nearest(blobs, centres), kinds)
    means = np.stack([blobs[kinds == k].mean(0) for k in range(4)])
    np.testing.assert_allclose(centres[nearest(means, centres)], means, atol=1e-9)
    np.testing.assert_array_equal(centres, kmeans(blobs, 4, seed))


def test_the_best_split_of_few_numbers():
    """Against every split of sorted numbers into two runs."""
    rows = np.sort(RNG.normal(size=(9, 1)), 0)
    spreads = [sum(((part - part.mean())**2).sum() for part in np.split(rows, [cut]))
               for cut in range(1, 9)]
    centres = kmeans(rows, 2, 0)
    found = ((rows - centres[nearest(rows, centres)])**2).sum()
    assert found == pytest.approx(min(spreads)) and found < np.median(spreads)


def test_edges_of_a_step_by_hand():
    """Dark left, bright right: all edges go up, in the cells at the step only."""
    image = np.zeros((1, 32, 32, 1), np.uint8)
    image[:, :, 16:] = 200
    row = edge_histograms(image).reshape(8, 8, 8)
    strong = np.argwhere(row > 0.05)
    assert set(strong[:, 2]) == {0} and set(strong[:, 1]) <= {2, 3, 4, 5}
    assert np.linalg.norm(row) == pytest.approx(1)
    turned = edge_histograms(image.transpose(0, 2, 1, 3)).reshape(8, 8, 8)
    np.testing.assert_allclose(turned[..., 4], row[..., 0].T, atol=1e-6)


def test_colour_and_brightness_do_not_count():
    images = bars()
    rows = edge_histograms(images)
    for other in (255 - images, images + 100, 2 * images, images[..., :1]):
        np.testing.assert_allclose(edge_histograms(other), rows, atol=2e-3)
    assert np.abs(rows[0] - rows[1]).max() > 0.1
    np.testing.assert_array_equal(edge_histograms(np.full((2, 9, 9, 3), 7, np.uint8)), 0)


def test_domains_that_look_unlike_share_the_clusters_of_their_shapes():
    a = Domain("a", bars())
    b = Domain("b", bars(KINDS[::-1], 240, 15, seed=1))
    found = find_clusters([a, b], 3, seed=0)
    labels = np.concatenate([found.labels(d.images, k) for k, d in enumerate((a, b))])
    assert alike(labels, np.concatenate([KINDS, KINDS[::-1]])) and labels.dtype == np.int32


def test_a_constant_of_a_domain_does_not_count(monkeypatch):
    a, b = RNG.normal(size=(2, 40, 1, 1, 5))
    monkeypatch.setattr(clusters, "edge_histograms", lambda images: images.reshape(-1, 5))

    def labels(*arrays):
        found = find_clusters([Domain(str(k), x) for k, x in enumerate(arrays)], 4, 0)
        return [found.labels(x, k) for k, x in enumerate(arrays)]
    plain, moved = labels(a, b), labels(a, b + 1000.0)
    np.testing.assert_array_equal(plain, moved)
    assert all(len(set(each)) == 4 for each in plain)


def test_mistakes():
    few = Domain("few", bars()[:3])
    with pytest.raises(UserError, match="4 clusters need as many different images, and there are"):
        find_clusters([Domain("same", np.repeat(few.images, 9, 0))], 4, 0)
    with pytest.raises(UserError, match="ring holds points"):
        find_clusters([few, Domain("ring", np.zeros((5, 2), np.float32))], 2, 0)

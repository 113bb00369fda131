import numpy as np
import pytest

from data.toys import toy_centers, toy_points, toy_sd
from framework.errors import UserError


def test_ring_is_ten_points_of_the_unit_circle():
    centers = toy_centers("ring")
    assert centers.shape == (10, 2)
    np.testing.assert_allclose(np.hypot(*centers.T), 1, atol=1e-6)
    gap = np.linalg.norm(centers - np.roll(centers, 1, axis=0), axis=1)
    np.testing.assert_allclose(gap, 2 * np.sin(np.pi / 10), atol=1e-6)


def test_grid25_is_the_grid_of_spacing_two_over_its_scale():
    centers = toy_centers("grid25")
    expected = {(round(2 * i / 2.828, 5), round(2 * j / 2.828, 5))
                for i in range(-2, 3) for j in range(-2, 3)}
    assert {tuple(np.round(c.astype(float), 5)) for c in centers} == expected
    assert toy_sd("grid25") == pytest.approx(0.01768, abs=1e-5)


@pytest.mark.parametrize("name", ["ring", "grid25"])
def test_points_are_equal_gaussians_around_the_centres(name):
    points, modes = toy_points(name, seed=2)
    centers, sd = toy_centers(name), toy_sd(name)
    assert points.shape == (5100, 2) and points.dtype == np.float32
    assert np.bincount(modes).tolist() == [5100 // len(centers)] * len(centers)
    off = (points - centers[modes]) / sd
    assert np.abs(off).max() < 5
    np.testing.assert_allclose(off.std(0), 1, atol=0.05)
    np.testing.assert_allclose(off.mean(0), 0, atol=0.05)
    for mode in range(len(centers)):
        np.testing.assert_allclose(off[modes == mode].mean(0), 0, atol=0.35)


def test_seed_and_split_give_other_points():
    points, _ = toy_points("ring")
    np.testing.assert_array_equal(toy_points("ring")[0], points)
    for other in (toy_points("ring", seed=1), toy_points("ring", "test")):
        assert not np.isin(other[0][:, 0], points[:, 0]).all()


def test_only_toys_have_modes():
    with pytest.raises(UserError, match="ring, grid25"):
        toy_centers("glyph")
    with pytest.raises(UserError, match="ring, grid25"):
        toy_sd("mnist")

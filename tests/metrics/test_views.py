"""Random views: what they keep, what they take away, and that they follow from their key."""

import numpy as np
import pytest

from metrics import views
from metrics.views import (
    crop,
    donors,
    hue_matrix,
    one_view,
    random_views,
    turn_hue,
    uneven_light,
    with_colours_of,
)

IMAGES = np.random.default_rng(0).uniform(-1, 1, (6, 16, 16, 3)).astype(np.float32)
IMAGES = IMAGES.repeat(2, 1).repeat(2, 2)


@pytest.mark.parametrize("channels", [1, 3])
def test_shape_and_range(channels):
    found = random_views(IMAGES[..., :channels], (1, 0))
    assert found.shape == (6, 32, 32, channels) and found.dtype == np.float32
    assert -1 <= found.min() < -0.2 and 0.2 < found.max() <= 1


def test_views_follow_from_the_key():
    first, again = random_views(IMAGES, (1, 0)), random_views(IMAGES, (1, 0))
    np.testing.assert_array_equal(first, again)
    for other in (random_views(IMAGES, (2, 0)), random_views(IMAGES, (1, 1)),
                  random_views(IMAGES, (1, 0), start=6)):
        assert np.abs(first - other).mean() > 0.05


def test_the_place_of_an_image_decides_its_draws(monkeypatch):
    monkeypatch.setattr(views, "donors", lambda count, key: np.arange(count))
    whole = random_views(IMAGES, (1, 0))
    np.testing.assert_array_equal(random_views(IMAGES[4:], (1, 0), start=4), whole[4:])


def test_both_sides_have_other_donors():
    sides = [donors(50, (1, side, 0)) for side in (0, 1)]
    for side in sides:
        assert sorted(side) == list(range(50)) and (side != np.arange(50)).sum() > 40
    assert (sides[0] != sides[1]).sum() > 40


def test_colours_of_another_by_hand():
    a = np.zeros((4, 4, 3), np.float32)
    a[:2] = 100                                             # mean 50, spread 50
    b = np.full((4, 4, 3), 80, np.float32)
    b[:, 2:] = 120                                          # mean 100, spread 20
    found = with_colours_of(np.stack([a, b]), np.array([1, 0]))
    gain = 21 / 51
    np.testing.assert_allclose(found[0, :2], 100 + 50 * gain, rtol=1e-5)
    np.testing.assert_allclose(found[0, 2:], 100 - 50 * gain, rtol=1e-5)
    np.testing.assert_allclose(found[1, :, 0], 50 - 20 / gain, rtol=1e-5)
    np.testing.assert_allclose(found[1, :, 3], 50 + 20 / gain, rtol=1e-5)


def test_contrast_is_not_made_out_of_nothing():
    faint = np.full((2, 8, 8, 3), 100, np.float32)
    faint[0, ::2] += 0.02
    faint[1, ::2] = 250
    found = with_colours_of(faint, np.array([1, 0]))
    assert np.ptp(found[0]) < 0.02 * views.MOST_GAIN + 1e-3


def test_a_tint_is_gone():
    """Images that differ by a tint alone have the same view in the colours of a third."""
    plain, third = 100 + 20 * IMAGES[0], 127 + 50 * IMAGES[1]
    tinted = np.stack([plain * (0.5, 1, 1.2) + (70, 10, -40), plain, third]).astype(np.float32)
    found = with_colours_of(tinted, np.array([2, 2, 0]))
    assert np.abs(tinted[0] - tinted[1]).mean() > 10
    assert np.abs(found[0] - found[1]).mean() < 1


@pytest.mark.parametrize("angle", [0.0, 1.0, 4.0])
def test_hues_turn_around_grey(angle):
    matrix = hue_matrix(angle)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(np.ones(3) @ matrix, np.ones(3), atol=1e-6)
    grey = np.full((4, 4, 3), 77, np.float32)
    np.testing.assert_allclose(turn_hue(grey, angle, grey=False), grey, atol=1e-3)


def test_a_third_of_a_turn_takes_red_to_another_primary():
    turned = np.array([1, 0, 0]) @ hue_matrix(2 * np.pi / 3)
    np.testing.assert_allclose(np.sort(turned), [0, 0, 1], atol=1e-6)
    assert turned[0] < 0.5


def test_grey_has_no_colour():
    found = turn_hue(np.array([[[255, 0, 0]]], np.float32), 1.0, grey=True)
    np.testing.assert_allclose(found, 0.299 * 255, rtol=1e-5)


def test_a_crop_stays_within_the_image(monkeypatch):
    ramp = np.arange(32, dtype=np.float32)
    image = np.broadcast_to(ramp[None, :, None], (32, 32, 3)).copy()
    for seed in range(5):
        seen = crop(image, np.random.default_rng(seed))[16, :, 0]
        share = (seen[-4] - seen[3]) / (ramp[-4] - ramp[3])
        assert views.CROP - 0.01 < share < 1 and seen[0] >= 0 and seen[-1] <= 31
    monkeypatch.setattr(views, "CROP", 1)
    np.testing.assert_allclose(crop(image, np.random.default_rng(0)), image, atol=1e-4)


def test_light_is_smooth():
    light = uneven_light((64, 64, 3), np.random.default_rng(0))
    assert light.shape == (64, 64, 3) and 3 < light.std() < 12
    assert np.abs(np.diff(light, axis=0)).mean() < light.std() / 8


def test_a_view_is_an_image_of_what_it_shows():
    image = np.zeros((64, 64, 3), np.float32)
    image[20:44, 20:44] = 200
    seen = one_view(image.copy(), np.random.default_rng(0)).astype(float)
    assert seen.shape == (64, 64, 3)
    assert seen[28:36, 28:36].mean() > 150 and seen[:8, :8].mean() < 40

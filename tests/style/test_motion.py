"""The motion between frames of a picture that is moved, and cuts of scene."""

import cv2
import numpy as np
import pytest

from style.motion import motion, optical_flow, warp


def picture(seed=0):
    """A smooth random picture, larger than what is shown of it."""
    noise = np.random.default_rng(seed).integers(0, 256, (80, 100, 3), np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 3) // 2 * 3 - 60


def at(scene, x, y):
    return np.ascontiguousarray(scene[y:y + 64, x:x + 80])


def test_flow_of_a_pan():
    scene = picture()
    shift = optical_flow(at(scene, 5, 2), at(scene, 2, 0))  # at x + 3, y + 2 in the second
    np.testing.assert_allclose(np.median(shift, (0, 1)), [3, 2], atol=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (5, 30), (12, 12)])
def test_frames_too_small_for_the_search_have_a_flow(shape):
    frame = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert np.abs(optical_flow(frame, frame)).max() < 0.1
    found = motion(frame, frame)
    assert found is not None and found.seen.shape == shape and found.seen.min() > 0.9


@pytest.mark.parametrize("sharp", [False, True])
def test_warped_reads_at_the_shifted_place(sharp):
    image = np.arange(20, dtype=np.float32).reshape(4, 5)[..., None].repeat(3, 2)
    shift = np.zeros((4, 5, 2), np.float32)
    shift[..., 0], shift[..., 1] = 1, -0.5
    carried, inside = warp(image, shift, sharp)
    assert carried[2, 1, 0] == pytest.approx((image[2, 2, 0] + image[1, 2, 0]) / 2)
    assert inside[1:, :4].all() and not inside[0].any() and not inside[:, 4].any()


def test_bicubic_blurs_less_than_bilinear():
    scene, half = at(picture(), 0, 0).astype(np.float32), np.full((64, 80, 2), 0.5, np.float32)
    bilinear, bicubic = (warp(scene, half, sharp)[0].std() for sharp in (False, True))
    assert bilinear < bicubic < scene.std() * 1.02


def test_what_comes_into_sight_is_not_seen_before():
    scene = picture()
    found = motion(at(scene, 0, 0), at(scene, 6, 0))
    assert found is not None
    np.testing.assert_allclose(np.median(found.shift[:, :60], (0, 1)), [6, 0], atol=0.1)
    assert found.seen[:, 77:].max() < 0.1 and np.median(found.seen[4:-4, 4:68]) > 0.8


def test_what_changes_its_colour_in_place_is_not_seen_before():
    before = at(picture(), 0, 0)
    after = before.copy()
    after[20:40, 30:50] = (255, 0, 0)
    found = motion(before, after)
    assert found is not None and found.seen[24:36, 34:46].max() < 0.05
    assert np.median(found.seen) > 0.9


def test_a_cut_of_scene_is_found():
    one, other = at(picture(0), 0, 0), at(picture(1), 0, 0)
    assert motion(one, other) is None and motion(other, one) is None
    assert motion(one, one) is not None

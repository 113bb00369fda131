"""The two optimisers on losses whose minimum is known."""

import numpy as np
import pytest

from framework.errors import UserError
from style.minimise import UNLIKE, WINDOW, Before, initial_image, minimise, settled

GOAL = np.random.default_rng(0).uniform(-2, 2, (1, 3, 4, 3)).astype("float32")
CURVATURE = np.linspace(1, 30, GOAL.size).reshape(GOAL.shape)


def loss(image):
    assert image.dtype == np.float32 and image.shape == GOAL.shape
    assert np.abs(image).max() <= 1
    return float((CURVATURE * (image - GOAL)**2).sum()), 2 * CURVATURE * (image - GOAL)


@pytest.mark.parametrize("optimizer, iterations, within", [
    ("lbfgs", 60, 1e-3), ("adam", 200, 0.01), ("pyramid", 300, 0.1)])
def test_the_minimum_inside_the_range_is_found(optimizer, iterations, within):
    seen, images = [], {}
    found = minimise(loss, np.zeros_like(GOAL), optimizer, iterations,
                     lambda done, total, value: seen.append((done, total, value)),
                     images.__setitem__)
    np.testing.assert_allclose(found, np.clip(GOAL, -1, 1), atol=within)
    assert found.dtype == np.float32 and seen[0][:2] == (1, iterations)
    assert [done for done, _, _ in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][2] < seen[0][2]
    assert list(images) == [done for done, _, _ in seen]
    np.testing.assert_array_equal(images[len(seen)], found)
    assert loss(images[len(seen) // 2])[0] < loss(images[1])[0]


def test_adam_by_hand():
    found = minimise(lambda x: (0.0, np.full_like(x, 5.0)), np.zeros((1, 1, 1, 3)), "adam", 3)
    np.testing.assert_allclose(found, np.full((1, 1, 1, 3), -0.3), rtol=1e-5)


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam", "pyramid"])
def test_steps_end_where_the_loss_has_settled(optimizer):
    losses, least = [], {"lbfgs": 0.002}.get(optimizer, 0.01)
    found = minimise(loss, np.zeros_like(GOAL), optimizer, 500, tolerance=least,
                     progress=lambda done, total, value: losses.append(value))
    assert WINDOW < len(losses) < 500 and np.abs(found).max() <= 1
    assert settled(losses, least) and not any(
        settled(losses[:count], least) for count in range(len(losses)))
    assert losses[-1] < 1.15 * loss(np.clip(GOAL, -1, 1))[0]


def test_settled():
    flat = [1.0] * WINDOW + [0.991]
    assert settled(flat, 0.01) and not settled(flat, 0.009) and not settled(flat[1:], 0.01)
    assert not settled([1.0, 1.02, *[1.0] * (WINDOW - 1)], 0.01) and not settled(flat, 0.0)
    assert settled([5.0, *flat], 0.01)


def test_a_start_out_of_range_is_clipped_and_no_steps_leave_it():
    start = np.array([[[[-3.0, 0.5, 2.0]]]], "float32")
    for optimizer in ("lbfgs", "adam"):
        np.testing.assert_array_equal(minimise(None, start, optimizer, 0),
                                      [[[[-1.0, 0.5, 1.0]]]])


def test_starts():
    content = np.zeros((1, 40, 50, 3), "float32")
    assert initial_image("content", content, 0) is content
    noise = initial_image("noise", content, 1)
    np.testing.assert_array_equal(noise, initial_image("noise", content, 1))
    assert (noise != initial_image("noise", content, 2)).any() and noise.dtype == np.float32
    assert noise.min() < -0.99 and noise.max() > 0.99 and abs(noise.mean()) < 0.05


def test_mistakes():
    with pytest.raises(UserError, match="did you mean 'adam'"):
        minimise(loss, GOAL, "adm")
    with pytest.raises(UserError, match="unknown init 'nois'; did you mean 'noise'"):
        initial_image("nois", GOAL, 0)


def before(weight, seen=1.0, shape=(1, 3, 4, 3)):
    image, places = np.full(shape, 0.25, "float32"), np.full((*shape[:3], 1), seen, "float32")
    return Before(image, places, weight)


@pytest.mark.parametrize("weight, seen", [(0.0, 1.0), (0.5, 1.0), (2.0, 1.0), (2.0, 0.5),
                                          (2.0, 0.0)])
def test_a_film_s_frame_before_pulls_as_its_weight_says(weight, seen):
    """Of a loss a |x - b|^2 + c, the minimum with w L(start) seen |x - p|^2 / (n UNLIKE^2)."""
    def quadratic(x):
        return float(3 * ((x - 0.75)**2).sum() + 1), (6 * (x - 0.75)).astype("float32")
    start = np.full((1, 3, 4, 3), -0.5, "float32")
    found = minimise(quadratic, start, "lbfgs", 30, before=before(weight, seen))
    began = -0.5 + seen * 0.75
    pull = weight * (3 * 36 * (began - 0.75)**2 + 1) / (UNLIKE**2 * 36) * (seen > 0)
    np.testing.assert_allclose(found, (3 * 0.75 + pull * 0.25) / (3 + pull), atol=1e-4)


def test_the_steps_start_from_the_frame_before_at_the_size_of_the_start():
    content = np.zeros((1, 4, 3, 3), "float32")
    found = minimise(lambda x: (0.0, np.zeros_like(x)), content, "adam", 1,
                     before=before(1.0, shape=(1, 3, 4, 3)))
    np.testing.assert_allclose(found, np.full((1, 4, 3, 3), 0.25))

"""Style swap with some of the style patches, against exact swap and against plain loops."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from nets import swap
from nets.patches import match_cosines, match_some, representatives
from nets.swap import Plan, style_swap


def activations(height, width, channels=4, seed=0):
    values = np.random.default_rng(seed).normal(size=(1, height, width, channels))
    return np.maximum(values, 0).astype("float32")


CONTENT, STYLE = activations(9, 7, seed=1), activations(8, 10, seed=2)


def patches_of(image, k, s):
    _, height, width, _ = image.shape
    found = [image[0, y:y + k, x:x + k].ravel() for y in range(0, height - k + 1, s)
             for x in range(0, width - k + 1, s)]
    return np.stack(found).astype(float)


def cosines(k, s):
    a, b = (patches_of(image, k, s) for image in (CONTENT, STYLE))
    return (a / np.linalg.norm(a, axis=1, keepdims=True)) @ (
        b / np.linalg.norm(b, axis=1, keepdims=True)).T


@pytest.mark.parametrize("k, s", [(3, 1), (3, 2), (2, 1)])
def test_all_patches_are_exact_swap(k, s):
    count = len(patches_of(STYLE, k, s))
    chosen = representatives(STYLE, k, s, count)
    np.testing.assert_array_equal(chosen, np.arange(count))
    few = style_swap(CONTENT, STYLE, k, s, match=partial(match_some, chosen=chosen))
    np.testing.assert_array_equal(few, style_swap(CONTENT, STYLE, k, s))


@pytest.mark.parametrize("k, s", [(3, 1), (3, 2), (2, 1)])
@pytest.mark.parametrize("tile", [None, 1], ids=["at once", "row by row"])
def test_some_patches_are_matched_as_loops_do(k, s, tile, monkeypatch):
    monkeypatch.setattr(swap, "MAX_TILE_BYTES", tile or swap.MAX_TILE_BYTES)
    chosen = np.array([0, 1, 4, 7, 11], np.int32)
    plan = Plan(CONTENT.shape[1:], STYLE.shape[1:], k, s)
    found = match_some(tf.constant(CONTENT[0]), tf.constant(STYLE[0]), plan, chosen)
    expected = chosen[cosines(k, s)[:, chosen].argmax(1)]
    np.testing.assert_array_equal(found, expected.reshape(plan.content_grid))
    few, best = match_cosines(CONTENT, STYLE, k, s, chosen)
    assert few == pytest.approx(cosines(k, s)[:, chosen].max(1).mean(), rel=1e-5)
    assert best == pytest.approx(cosines(k, s).max(1).mean(), rel=1e-5)


def test_each_of_three_kinds_of_patches_is_represented():
    kinds = np.eye(4, dtype="float32")[[0, 0, 0, 0, 0, 1, 2, 2, 2, 0]]
    style = np.tile(kinds[None, :, None] * np.linspace(1, 3, 10)[:, None, None], (1, 1, 3, 1))
    found = representatives(style.astype("float32"), 1, 1, 12)
    assert len(found) <= 12 and (np.diff(found) > 0).all()
    assert set(style[0].reshape(-1, 4)[found].argmax(1)) == {0, 1, 2}
    np.testing.assert_array_equal(found, representatives(style.astype("float32"), 1, 1, 12))


def test_a_memory_limit_that_holds_no_row():
    image = activations(40, 40, 100)
    fixed = Plan(image.shape[1:], image.shape[1:], 1, 1).fixed_bytes
    for count, limit in ((8, fixed + 2**20), (1599, fixed + 3 * 2**20)):
        plan = Plan(image.shape[1:], image.shape[1:], 1, 1, limit)
        assert match_some(image[0], image[0], plan, np.arange(count)).shape == (40, 40)
    plan = Plan(image.shape[1:], image.shape[1:], 1, 1, fixed + 2**20)
    with pytest.raises(UserError, match="1599 style patches of 1x1x100 do not fit into the memory"):
        match_some(image[0], image[0], plan, np.arange(1599))

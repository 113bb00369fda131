"""Style swap against its definition in two plain loops, and the plans that bound its memory."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from nets import swap
from nets.swap import MIN_TILE_BYTES, Plan, match_patches, style_swap


def feat(height, width, channels, a, b):
    """The fixture of the specification."""
    values = np.maximum(np.sin(a * np.arange(height * width * channels) + b) + 0.3, 0)
    return values.reshape(height, width, channels).astype("float32")


CONTENT, STYLE = feat(5, 5, 2, 0.9, 0.2), feat(4, 6, 2, 1.7, 1.0)


def by_definition(content, style, k, s):
    """Section 4.2 patch by patch in float64: the winners' indices and the result."""
    content, style = content.astype(float), style.astype(float)

    def corners(a):
        return list(itertools.product(range(0, a.shape[0] - k + 1, s),
                                      range(0, a.shape[1] - k + 1, s)))
    patches = [style[y:y + k, x:x + k] for y, x in corners(style)]
    height, width = (max(c) + k for c in zip(*corners(content), strict=True))
    total, count = np.zeros((height, width, style.shape[2])), np.zeros((height, width, 1))
    winners = []
    for y, x in corners(content):
        best, winner = -np.inf, None
        for j, patch in enumerate(patches):
            norm = np.sqrt((patch**2).sum())
            score = (content[y:y + k, x:x + k] * patch).sum() / norm if norm else 0.0
            if score > best:
                best, winner = score, j
        winners.append(winner)
        total[y:y + k, x:x + k] += patches[winner]
        count[y:y + k, x:x + k] += 1
    rows = len({y for y, _ in corners(content)})
    return np.reshape(winners, (rows, -1)), total / count


def winners(content, style, k, s, limit=None):
    plan = Plan(content.shape, style.shape, k, s, limit)
    return np.array(match_patches(tf.constant(content), tf.constant(style), plan))


@pytest.fixture(params=[True, False], ids=["by pixel", "by patch"])
def either(request, monkeypatch):
    """Both ways to score, whichever the size would choose."""
    monkeypatch.setattr(Plan, "by_pixel", request.param)


@pytest.mark.parametrize("k, s, index, total, first, middle", [
    (3, 1, [[3, 2, 4], [4, 6, 3], [3, 0, 4]], 23.715411, (0, 0.627474), (0.554538, 0.439339)),
    (3, 2, [[0, 1], [0, 1]], 22.813932, (1.141471, 0.727380), (0.649272, 0.279680)),
    (2, 1, [[14, 2, 9, 14], [13, 9, 14, 2], [14, 0, 13, 9], [2, 9, 14, 0]], 24.828020,
     (0, 0.823823), (0.763729, 0.322849)),
])
def test_the_values_of_the_specification(either, k, s, index, total, first, middle):
    np.testing.assert_array_equal(winners(CONTENT, STYLE, k, s), index)
    out = np.array(style_swap(CONTENT[None], STYLE[None], k, s))
    assert out.shape == (1, 5, 5, 2)
    np.testing.assert_allclose(out.sum(), total, rtol=2e-5)
    np.testing.assert_allclose(out[0, 0, 0], first, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(out[0, 2, 2], middle, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("k, s", [(1, 1), (2, 1), (3, 1), (3, 2), (3, 3), (5, 2), (4, 3)])
@pytest.mark.parametrize("sizes", [((9, 12), (11, 8)), ((5, 14), (7, 7))])
def test_equals_its_definition(either, k, s, sizes):
    rng = np.random.default_rng(k + s)
    content, style = (rng.normal(size=(*size, 4)).astype("float32") for size in sizes)
    index, expected = by_definition(content, style, k, s)
    np.testing.assert_array_equal(winners(content, style, k, s), index)
    np.testing.assert_allclose(style_swap(content[None], style[None], k, s)[0], expected,
                               rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("side", [1, 2, 100])
def test_ties_go_to_the_first_whatever_the_tiles(either, monkeypatch, side):
    monkeypatch.setattr(Plan, "tile_side", side)
    rng = np.random.default_rng(0)
    content = rng.integers(0, 3, (4, 5, 2)).astype("float32")
    tiled = np.tile(rng.integers(0, 2, (3, 2, 2)), (2, 3, 1)).astype("float32")
    index, expected = by_definition(content, tiled, 2, 1)
    assert index.max() < tiled.shape[1] * 3             # the repetitions further down never win
    np.testing.assert_array_equal(winners(content, tiled, 2, 1), index)
    np.testing.assert_allclose(style_swap(content[None], tiled[None], 2)[0], expected, rtol=1e-6)


def test_twice_as_bright_is_as_alike(either):
    content = np.array([[[1.0, 2.0]]], "float32")
    style = np.array([[[2.0, 1.0], [2.0, 4.0], [1.0, 2.0]]], "float32")
    assert winners(content, style, 1, 1) == [[1]]


def test_patches_of_zeros(either):
    zeros = np.zeros((4, 4, 2), "float32")
    assert (winners(zeros, STYLE, 2, 1) == 0).all()
    assert np.isfinite(style_swap(CONTENT[None], zeros[None])).all()
    style = np.concatenate([np.zeros((3, 3, 2)), STYLE[:3, :3]], 1).astype("float32")
    assert (winners(STYLE[:3, :3], style, 3, 1) == [[3]]).all()
    assert (winners(-STYLE[:3, :3] - 1, style, 3, 1) == [[0]]).all()    # the rest is negative


def test_an_image_swapped_with_itself_is_itself(either):
    image = np.random.default_rng(3).normal(size=(1, 8, 9, 5)).astype("float32")
    np.testing.assert_array_equal(winners(image[0], image[0], 3, 1),
                                  np.arange(42).reshape(6, 7))
    np.testing.assert_allclose(style_swap(image, image), image, rtol=1e-6, atol=1e-6)


def test_a_stride_that_does_not_divide_leaves_a_margin_out(either):
    content = np.random.default_rng(4).normal(size=(1, 8, 9, 2)).astype("float32")
    out = style_swap(content, content, 3, 2)
    assert out.shape == (1, 7, 9, 2)
    np.testing.assert_allclose(out, content[:, :7], rtol=1e-6, atol=1e-6)


def test_rows_put_together_apart_are_the_same(monkeypatch):
    content = np.random.default_rng(5).normal(size=(1, 12, 7, 3)).astype("float32")
    style = content[:, ::-1] ** 2
    whole = np.array(style_swap(content, style, 3, 2))
    monkeypatch.setattr(Plan, "strip_rows", 2)
    np.testing.assert_array_equal(style_swap(content, style, 3, 2), whole)


def test_inside_a_compiled_function_and_without_gradient():
    content = tf.Variable(CONTENT[None])

    @tf.function
    def loss_and_gradient():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(style_swap(content, STYLE[None])) + tf.reduce_sum(content)
        return loss, tape.gradient(loss, content)
    loss, gradient = loss_and_gradient()
    assert float(loss) == pytest.approx(23.715411 + CONTENT.sum(), rel=1e-5)
    np.testing.assert_array_equal(gradient, np.ones_like(CONTENT[None]))


@pytest.mark.parametrize("channels, k, s, by_pixel", [
    (256, 3, 1, True), (64, 3, 1, True), (256, 7, 2, True),
    (256, 3, 2, False), (3, 3, 1, False), (256, 1, 1, False)])
def test_the_faster_way_is_taken(channels, k, s, by_pixel):
    assert Plan((64, 64, channels), (64, 64, channels), k, s).by_pixel == by_pixel


@pytest.mark.parametrize("k, s, channels", [(3, 1, 256), (3, 2, 256), (5, 1, 128), (3, 1, 3)])
def test_predicted_memory_stays_within_the_limit(k, s, channels):
    for content, style in itertools.product([(20, 30), (128, 128), (512, 384)], repeat=2):
        free = Plan((*content, channels), (*style, channels), k, s)
        least = free.fixed_bytes + MIN_TILE_BYTES
        for limit in (least, least + 9 * MIN_TILE_BYTES, 2**31):
            plan = Plan((*content, channels), (*style, channels), k, s, limit)
            assert plan.fixed_bytes + plan.tile_budget_bytes <= limit
            assert plan.tile_bytes(plan.tile_side) <= plan.tile_budget_bytes or plan.tile_side == 1
            larger = plan.tile_side >= max(*plan.content_grid, *plan.style_grid)
            assert larger or plan.tile_bytes(plan.tile_side + 1) > plan.tile_budget_bytes


def test_a_small_limit_changes_nothing():
    rng = np.random.default_rng(6)
    content, style = (rng.normal(size=(30, 34, 8)).astype("float32") for _ in range(2))
    plan = Plan(content.shape, style.shape, 3, 1)
    small = Plan(content.shape, style.shape, 3, 1, plan.fixed_bytes + MIN_TILE_BYTES)
    assert small.tile_side < plan.tile_side
    np.testing.assert_array_equal(winners(content, style, 3, 1, small.memory_limit),
                                  winners(content, style, 3, 1))


def test_a_limit_that_is_too_small_is_refused_before_anything_is_done(monkeypatch):
    monkeypatch.setattr(swap, "match_patches", None)
    with pytest.raises(UserError, match=r"128x64 by 32x32 .* needs \d+ MiB, .* limit is 10 MiB"):
        style_swap(np.zeros((1, 64, 128, 256)), np.zeros((1, 32, 32, 256)), memory_limit=10 << 20)


@pytest.mark.parametrize("k, s, message", [
    (3, 4, "leave gaps"), (0, 1, "at least 1"), (3, 0, "at least 1"),
    (6, 1, "content has 5x5 positions at this layer, fewer than a patch of 6x6"),
    (5, 1, "style has 6x4 positions")])
def test_mistakes(k, s, message):
    with pytest.raises(UserError, match=message):
        style_swap(CONTENT[None], STYLE[None], k, s)


def test_what_is_carried_goes_with_the_patches():
    """As if the patches had more channels, of which the first alone are compared."""
    beside = feat(4, 6, 3, 2.3, 0.5)
    for k, s in ((3, 1), (2, 2)):
        index, _ = by_definition(CONTENT, STYLE, k, s)
        corners = list(itertools.product(range(0, 4 - k + 1, s), range(0, 6 - k + 1, s)))
        made = style_swap(CONTENT[None], STYLE[None], k, s, carried=beside[None])[0].numpy()
        total, count = np.zeros((*made.shape[:2], 3)), np.zeros((*made.shape[:2], 1))
        for a, row in enumerate(index):
            for b, winner in enumerate(row):
                y, x = corners[winner]
                total[a * s:a * s + k, b * s:b * s + k] += beside[y:y + k, x:x + k]
                count[a * s:a * s + k, b * s:b * s + k] += 1
        np.testing.assert_allclose(made[..., 2:], total / count, rtol=1e-5)
        plain = style_swap(CONTENT[None], STYLE[None], k, s)[0]
        np.testing.assert_array_equal(made[..., :2], plain)


def test_a_window_weighs_what_is_carried_where_patches_overlap():
    beside, window = feat(4, 6, 3, 2.3, 0.5), np.random.default_rng(0).uniform(0.1, 1, (3, 3, 3))
    made = style_swap(CONTENT[None], STYLE[None], carried=beside[None], window=window)[0].numpy()
    index, _ = by_definition(CONTENT, STYLE, 3, 1)
    total, weights = np.zeros((*made.shape[:2], 3)), np.zeros((*made.shape[:2], 3))
    for a, row in enumerate(index):
        for b, winner in enumerate(row):
            y, x = divmod(winner, 4)
            total[a:a + 3, b:b + 3] += window * beside[y:y + 3, x:x + 3]
            weights[a:a + 3, b:b + 3] += window
    np.testing.assert_allclose(made[..., 2:], total / weights, rtol=1e-5)
    plain = style_swap(CONTENT[None], STYLE[None])[0]
    np.testing.assert_array_equal(made[..., :2], plain)

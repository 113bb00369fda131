"""The losses of eq. 2.17 and 4.4 against numpy, their gradients, and the methods made of them."""

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from losses.kernels import polynomial_kernel
from losses.mmd import mmd2
from nets.vgg import VGGFeatures
from style import features
from style.colors import coral
from style.features import FeatureStrips
from style.optimise import Reconstruction, gatys, gram_loss, swap, swap_loss, value_and_gradient

X = np.sin(1 + np.arange(12.)).reshape(1, 2, 2, 3)
Y = np.cos(2 + np.arange(9.)).reshape(1, 3, 1, 3)
Z = np.cos(2 + np.arange(12.)).reshape(1, 2, 2, 3)
WEIGHTS = dict(vgg_weights=None)


def picture(height, width, seed):
    return np.random.default_rng(seed).uniform(-0.9, 0.9, (1, height, width, 3)).astype("float32")


def gram(features):
    rows = features.reshape(-1, 3)
    return (rows.T @ rows / len(rows)).astype("float32")[None]


def test_the_style_loss_of_the_specification():
    assert float(gram_loss(Z, gram(X))) == pytest.approx(0.0328727152, rel=2e-5)
    for other, mmd in ((Z, 1.1834177474), (Y, 0.9546861886)):
        assert float(gram_loss(other, gram(X))) == pytest.approx(mmd / 36, rel=2e-5)
        found = mmd2(X.reshape(-1, 3), other.reshape(-1, 3), polynomial_kernel(0.0), "biased")
        assert float(found) == pytest.approx(mmd, rel=2e-5)


@pytest.mark.parametrize("rows", [None, 9])
def test_reconstruction_is_eq_4_4_over_n(rows):
    image, other = picture(26, 12, 0), picture(26, 12, 1)
    (target,) = VGGFeatures(["block2_conv1"], None)(other)
    held = target.numpy().nbytes + 1000
    limit = rows and features.BYTES_PER_PIXEL * 12 * (rows + 8) + held
    phi = FeatureStrips("block2_conv1", None, memory_limit=limit)
    assert len(phi.strips(26, 12, held)) == (1 if rows is None else 4)
    value, gradient = Reconstruction(phi, target, 3.0, held=1000)(image)
    (found,) = VGGFeatures(["block2_conv1"], None)(image)
    levels = (image + 1).astype(float) * 127.5
    variation = (np.diff(levels, axis=1)**2).sum() + (np.diff(levels, axis=2)**2).sum()
    distance = ((np.array(found, float) - np.array(target))**2).sum()
    assert value == pytest.approx((distance + 3.0 * variation) / target.numpy().size, rel=1e-4)

    net = VGGFeatures(["block2_conv1"], None)

    def loss(x):
        (phi_x,) = net(x)
        x = 127.5 * x
        tv = (tf.reduce_sum((x[:, 1:] - x[:, :-1])**2) + tf.reduce_sum((x[:, :, 1:] - x[:, :, :-1])
                                                                     ** 2))
        return (tf.reduce_sum((phi_x - target)**2) + 3.0 * tv) / target.numpy().size
    expected = value_and_gradient(loss)(image)[1]
    np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_the_gradient_of_the_reconstruction_by_differences():
    image, target = picture(9, 8, 0), VGGFeatures(["block1_conv1"], None)(picture(9, 8, 1))[0]
    loss = Reconstruction(FeatureStrips("block1_conv1", None), target, 1.0)
    gradient = loss(image)[1]
    direction = np.random.default_rng(2).normal(size=image.shape).astype("float32")
    step = 1e-3
    ahead, behind = (loss(image + sign * step * direction)[0] for sign in (1, -1))
    assert (ahead - behind) / (2 * step) == pytest.approx((gradient * direction).sum(), rel=1e-2)


def test_swap_with_itself_starts_at_the_minimum():
    image, seen = picture(20, 24, 3), []
    swap(image, [image], **WEIGHTS, iterations=3, tv_weight=0.0,
         progress=lambda *step: seen.append(step))
    assert [step[:2] for step in seen] == [(1, 3), (2, 3), (3, 3)]
    swap(image, [picture(20, 24, 4)], **WEIGHTS, iterations=1, tv_weight=0.0,
         progress=lambda *step: seen.append(step))
    assert seen[0][2] < 1e-6 * seen[-1][2]


@pytest.mark.parametrize("optimizer, init", [("adam", "content"), ("lbfgs", "noise")])
def test_swap_lowers_the_loss(optimizer, init):
    losses = []
    image = swap(picture(24, 20, 4), [picture(30, 26, 5)], **WEIGHTS, layer="block2_conv1",
                 optimizer=optimizer, init=init, iterations=15,
                 progress=lambda done, total, loss: losses.append(loss))
    assert image.shape == (1, 24, 20, 3) and np.abs(image).max() <= 1
    assert losses[-1] < 0.7 * losses[0]


def test_swap_of_pixels_is_a_recolouring():
    content, style = picture(10, 12, 6), picture(9, 9, 7)
    image = swap(content, [style], layer="rgb", patch_size=1, iterations=200, color_share=0.0)
    palette = style.reshape(-1, 3)
    nearest = np.abs(image.reshape(-1, 1, 3) - palette[None]).max(-1).min(1)
    assert nearest.max() < 0.02 and np.abs(image - content).max() > 0.1


def test_a_stride_that_leaves_pixels_out_cuts_the_image():
    found = swap(picture(34, 32, 8), [picture(32, 32, 9)], **WEIGHTS, stride=2, iterations=1)
    assert found.shape == (1, 34, 28, 3)
    assert swap(picture(30, 31, 8), [picture(32, 32, 9)], **WEIGHTS, stride=2,
                iterations=1).shape == (1, 28, 28, 3)


def test_rows_that_pooling_leaves_out_are_drawn_too():
    content, style = picture(21, 24, 8), np.full((1, 24, 24, 3), 0.5, "float32")
    image = swap(content, [style], **WEIGHTS, layer="block2_conv1", iterations=80, tv_weight=0.0)
    assert image.shape == content.shape
    for rows in (image[:, -1], image[:, 10:11]):
        assert abs(rows.mean() - 0.5) < 0.1 and np.abs(content[:, -1].mean()) < 0.1


def test_strength_mixes_the_targets_and_0_is_the_content():
    content, style = picture(22, 20, 4), picture(30, 26, 5)
    given = dict(layer="block2_conv1", vgg_weights=None, tv_weight=3.0)
    full, none, some = (swap_loss(content, [style], **given, strength=strength)[0]
                        for strength in (1.0, 0.0, 0.25))
    np.testing.assert_allclose(some.target, 0.25 * full.target + 0.75 * none.target, atol=1e-4)
    assert none(content)[0] < 1e-8 and some.smoothness == 0.25 * full.smoothness > 0
    np.testing.assert_array_equal(swap(content, [style], **given, strength=0.0), content)


def test_the_colours_of_the_style():
    content, style = picture(24, 20, 4), picture(30, 26, 5)[..., :1] * np.float32([0.9, 0.2, 0.4])
    drawn, whole, half = (swap(content, [style], **WEIGHTS, iterations=1, color_share=share)
                          for share in (0.0, 1.0, 0.5))
    np.testing.assert_allclose(whole, coral(drawn, style), atol=1e-5)
    np.testing.assert_allclose(half, (drawn + whole) / 2, atol=1e-5)
    assert np.abs(whole - drawn).mean() > 0.05


def test_a_settled_loss_ends_the_swap():
    taken = []
    for tolerance in (0.0, 0.2):
        steps = []
        swap(picture(24, 20, 4), [picture(30, 26, 5)], **WEIGHTS, layer="block2_conv1",
             iterations=40, tolerance=tolerance, progress=lambda *step, to=steps: to.append(step))
        taken.append(steps)
    assert len(taken[0]) == 40 and 10 < len(taken[1]) < 40
    assert taken[1] == taken[0][:len(taken[1])]


@pytest.mark.parametrize("layer, tv_weight", [
    ("rgb", 0.0), ("block1_conv1", 0.0), ("block2_conv1", 8.0)])
def test_variation_counts_behind_pooling(layer, tv_weight):
    content, style = picture(16, 16, 1), picture(16, 16, 2)
    usual, named = (swap_loss(content, [style], layer, vgg_weights=None, **given)[0](content)[0]
                    for given in ({}, {"tv_weight": tv_weight}))
    assert usual == named != swap_loss(content, [style], layer, vgg_weights=None,
                                       tv_weight=4.0)[0](content)[0]


LAYERS = dict(content_layers="block2_conv1", style_layers="block1_conv1,block2_conv1")


def test_gatys_is_eq_2_17():
    content, style, start = (picture(16, 12, seed) for seed in (1, 2, 1))
    losses = []
    gatys(content, [style], **WEIGHTS, **LAYERS, content_share=0.25, iterations=1,
          optimizer="adam", init="noise", seed=3,
          progress=lambda done, total, loss: losses.append(loss))
    start = np.random.default_rng(3).uniform(-1, 1, content.shape).astype("float32")
    net = VGGFeatures(["block2_conv1", "block1_conv1"], None)
    (deep, _), (deep_style, shallow_style), (deep_start, shallow_start) = (
        [np.array(f, float) for f in net(image)] for image in (content, style, start))

    def style_term(f, s):
        (f, s) = (a.reshape(-1, a.shape[-1]) for a in (f, s))
        return ((f.T @ f / len(f) - s.T @ s / len(s))**2).sum() / (4 * f.shape[1]**2)
    expected = 0.25 * ((deep_start - deep)**2).mean() + 0.75 * (
        style_term(deep_start, deep_style) + style_term(shallow_start, shallow_style))
    assert losses == [pytest.approx(expected, rel=1e-4)]


def test_gatys_without_texture_is_the_content_and_with_it_lowers_the_loss():
    content, style, losses = picture(16, 20, 1), picture(24, 12, 2), []
    np.testing.assert_array_equal(
        gatys(content, [style], **WEIGHTS, **LAYERS, content_share=1.0, iterations=2), content)
    image = gatys(content, [style], **WEIGHTS, **LAYERS, iterations=20,
                  progress=lambda done, total, loss: losses.append(loss))
    assert image.shape == content.shape and losses[-1] < 0.5 * losses[0]


def test_mistakes():
    content = picture(16, 16, 1)
    with pytest.raises(UserError, match="content_share must be from 0 to 1, not 2"):
        gatys(content, [content], content_share=2, **WEIGHTS, **LAYERS)
    with pytest.raises(UserError, match="content has 2x2 positions"):
        swap(picture(8, 8, 1), [content], **WEIGHTS)

"""Targets and the loss of nnst against loops and differences."""

import numpy as np
import pytest
import tensorflow as tf

from style.hypercolumns import Hypercolumns
from style.nearby import EVENNESS, Misfit, Scene, Style, directions, scene_of, targets

LAYERS = ("block1_conv1", "block2_conv1")
PARTS = ((0, 64), (64, 192))
WHOLE = ((0, 192),)


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def columns(count, seed, channels=192):
    random = np.random.default_rng(seed)
    return (random.gamma(1, size=(count, channels))
            * np.repeat([1, 40], [64, 128])).astype("float32")


def test_layers_count_by_a_power_of_their_deviation():
    style = columns(30, 0)
    scene = scene_of([Style(style)], PARTS)
    for first, end in PARTS:
        deviation = np.sqrt(style[:, first:end].astype(float).var(0).sum())
        np.testing.assert_allclose(scene.weight[first:end], deviation**-EVENNESS, rtol=1e-4)
    np.testing.assert_allclose(scene.styles[0].columns, style * scene.weight.numpy(), rtol=1e-5)
    np.testing.assert_allclose(scene.centre, (style * scene.weight.numpy()).mean(0), rtol=1e-4)


@pytest.mark.parametrize("parts", [WHOLE, PARTS])
def test_targets_by_loops(parts):
    first, second, found = columns(9, 1), columns(7, 2), columns(6, 3)
    scene = scene_of([Style(first, 0.25), Style(second, 0.75)], PARTS)
    weight, centre = scene.weight.numpy(), scene.centre.numpy()
    made = targets(found.reshape(1, 2, 3, -1), scene, parts).numpy()
    expected = np.zeros((6, 192))
    for a, b in parts:
        seen = found[:, a:b] * weight[a:b]
        for style, share in ((first, 0.25), (second, 0.75)):
            own = style[:, a:b] * weight[a:b]
            cosines = unit(seen - seen.mean(0)) @ unit(own - own.mean(0)).T
            expected[:, a:b] += share * unit(own[cosines.argmax(1)] - centre[a:b])
    np.testing.assert_allclose(made.reshape(6, 192), expected, atol=1e-5)


@pytest.mark.parametrize("parts, rows", [(WHOLE, None), (PARTS, None), (PARTS, 16)])
def test_the_misfit_and_its_gradient_by_differences(parts, rows):
    image = np.random.default_rng(4).uniform(-0.9, 0.9, (1, 48, 8, 3)).astype("float32")
    scene = scene_of([Style(columns(12, 5))], PARTS)
    away = columns(24, 6).reshape(1, 12, 2, 192)
    target = directions(away * scene.weight, scene.centre, parts)
    phi = Hypercolumns(LAYERS, None)
    if rows:
        limit = target.numpy().nbytes + 999 + 8 * (rows + 2 * phi._margin()) * phi.bytes_per_pixel
        phi = Hypercolumns(LAYERS, None, memory_limit=limit)
        assert len(phi.strips(48, 8, target.numpy().nbytes + 999)) == 3
    value, gradient = Misfit(phi, target, scene, parts, held=999)(image)
    found = phi.compute(image, -10**9).numpy() * scene.weight.numpy() - scene.centre.numpy()
    cosines = [(unit(found[..., a:b]) * target.numpy()[..., a:b]).sum(-1) for a, b in parts]
    assert value == pytest.approx(1 - np.mean(cosines), abs=1e-5) and 0.2 < value < 1.8

    direction = gradient / np.abs(gradient).max()
    loss = Misfit(phi, target, scene, parts)
    ahead, behind = (loss(image + sign * 5e-3 * direction)[0] for sign in (1, -1))
    assert (ahead - behind) / 1e-2 == pytest.approx((gradient * direction).sum(), rel=2e-2)


def test_flat_styles_give_finite_numbers():
    flat = scene_of([Style(tf.ones((4, 192)))], PARTS)
    assert isinstance(flat, Scene) and np.isfinite(flat.weight).all()
    assert not targets(columns(6, 3).reshape(1, 2, 3, -1), flat, WHOLE).numpy().any()

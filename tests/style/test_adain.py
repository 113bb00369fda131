"""`stylize --method adain`, against the nets by hand."""

import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from nets.vgg import VGGFeatures
from style.adain import corner_weights, draw_adain, style_weights, tile_images
from style.colors import coral
from tests.style.runs import CONTENT, STYLES, inside, seen_by_nets

AS_DRAWN = dict(color_share=0.0)


def by_hand(nets, code):
    encoder, _, decoder = nets
    return inside(decoder([encoder(seen_by_nets(8)), tf.constant(code, tf.float32)]))


def codes_of(nets):
    return np.concatenate([nets[1](style)[0] for style in STYLES])


def test_adain_of_one_style_and_of_a_mixture(style_run):
    run, nets = style_run
    codes = codes_of(nets)
    np.testing.assert_allclose(draw_adain(CONTENT, STYLES[:1], run=run, **AS_DRAWN),
                               by_hand(nets, codes[:1]), atol=1e-4)
    mixed = draw_adain(CONTENT, STYLES[:2], run=run, mix=(0.25, 0.75), **AS_DRAWN)
    np.testing.assert_allclose(mixed, by_hand(nets, 0.25 * codes[:1] + 0.75 * codes[1:2]),
                               atol=1e-4)
    np.testing.assert_allclose(draw_adain(CONTENT, STYLES, run=run, **AS_DRAWN),
                               by_hand(nets, codes.mean(0, keepdims=True)), atol=1e-4)


def test_the_grid_has_its_styles_in_the_corners(style_run):
    run, nets = style_run
    made, codes = draw_adain(CONTENT, STYLES, run=run, grid=3, **AS_DRAWN), codes_of(nets)
    assert made.shape == (1, 3 * 18, 3 * 23, 3)
    places = {(0, 0): codes[0], (0, 2): codes[1], (2, 0): codes[2], (2, 2): codes[3],
              (1, 1): codes.mean(0), (0, 1): codes[:2].mean(0), (1, 2): codes[[1, 3]].mean(0)}
    for (i, j), code in places.items():
        part = made[:, 18 * i:18 * (i + 1), 23 * j:23 * (j + 1)]
        np.testing.assert_allclose(part, by_hand(nets, code[None]), atol=1e-4)


def test_strength_is_a_mixture_with_the_content_s_own(style_run):
    own, full, half = (draw_adain(CONTENT, [style], run=style_run[0], strength=strength, **AS_DRAWN)
                       for style, strength in ((CONTENT, 1.0), (STYLES[0], 1.0), (STYLES[0], 0.5)))
    mixed = draw_adain(CONTENT, [CONTENT, STYLES[0]], run=style_run[0], **AS_DRAWN)
    np.testing.assert_allclose(half, mixed, atol=1e-5)
    np.testing.assert_allclose(
        draw_adain(CONTENT, [STYLES[0]], run=style_run[0], strength=0.0), own, atol=1e-5)
    assert np.abs(full - own).max() > 100 * np.abs(half - mixed).max()


def test_results_have_the_colours_of_the_styles_that_are_mixed(style_run):
    run = style_run[0]
    for share, strength in ((1.0, 1.0), (0.5, 1.0), (1.0, 0.5)):
        drawn, made = (draw_adain(CONTENT, STYLES[:2], run=run, mix=(0.25, 0.75),
                                  strength=strength, color_share=each) for each in (0.0, share))
        wanted = 0.25 * coral(drawn, STYLES[0]) + 0.75 * coral(drawn, STYLES[1])
        np.testing.assert_allclose(made, drawn + share * strength * (wanted - drawn), atol=1e-5)
        assert np.abs(wanted - drawn).mean() > 0.05
    grid = draw_adain(CONTENT, STYLES, run=run, grid=2)
    corner = draw_adain(CONTENT, STYLES[3:], run=run)
    np.testing.assert_allclose(grid[:, 18:, 23:], corner, atol=1e-4)


def test_styles_of_the_prior(style_run):
    run, _ = style_run
    made = draw_adain(CONTENT, [], run=run, random_styles=3, seed=5)
    assert made.shape == (1, 18, 3 * 23, 3)
    parts = np.split(made, 3, 2)
    assert np.abs(parts[0] - parts[1]).max() > 1e-4
    np.testing.assert_array_equal(made, draw_adain(CONTENT, [], run=run, random_styles=3, seed=5))
    assert np.abs(made - draw_adain(CONTENT, [], run=run, random_styles=3, seed=6)).max() > 1e-4


def test_plain_adain_mixes_features(plain_run):
    """The sum of w_k AdaIN(f(c), f(s_k)), decoded."""
    run, (decoder,) = plain_run
    vgg = VGGFeatures(["block2_conv1"], "random")
    c = np.asarray(vgg(seen_by_nets(2))[0])

    def statistics(x):
        return x.mean((1, 2), keepdims=True), np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
    target = 0
    for weight, style in zip((0.3, 0.7), STYLES[:2], strict=True):
        mean, sd = statistics(np.asarray(vgg(style)[0]))
        target += weight * (sd * (c - statistics(c)[0]) / statistics(c)[1] + mean)
    made = draw_adain(CONTENT, STYLES[:2], run=run, mix=(0.3, 0.7), **AS_DRAWN)
    np.testing.assert_allclose(made, inside(decoder(target / 127.5)), atol=1e-3)
    with pytest.raises(UserError, match="has no styles of its own to draw"):
        draw_adain(CONTENT, [], run=run, random_styles=2)


def test_mixtures_of_other_numbers():
    with pytest.raises(UserError, match="3 weights do not mix 4 styles"):
        style_weights(4, (0.2, 0.3, 0.5))
    for count, grid in ((3, 3), (4, 1)):
        with pytest.raises(UserError, match="four styles in its corners"):
            style_weights(count, grid=grid)
    np.testing.assert_allclose(style_weights(4, grid=5), corner_weights(5))
    np.testing.assert_allclose(style_weights(3), np.full((1, 3), 1 / 3), atol=1e-6)


def test_corner_weights():
    weights = corner_weights(4)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
    np.testing.assert_array_equal(weights[[0, 3, 12, 15]], np.eye(4))
    np.testing.assert_allclose(weights[6], [2 / 9, 4 / 9, 1 / 9, 2 / 9], atol=1e-6)


def test_tiles():
    a, b, c, d = (np.full((1, 2, 3, 3), k) for k in range(4))
    whole = tile_images([a, b, c, d], 2)
    assert whole.shape == (1, 4, 6, 3) and whole[0, 0, 3, 0] == 1 and whole[0, 2, 0, 0] == 2

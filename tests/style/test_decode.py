"""`stylize` by the nets of a run, against the nets by hand."""

import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from config.run import Run
from framework.checkpoint import Checkpoints
from framework.errors import UserError
from nets.architectures.style import INVERTED
from nets.swap import match_patches, style_swap
from nets.vgg import VGGFeatures
from style import few_patches
from style.decode import (
    REMEMBERED,
    corner_weights,
    draw_adain,
    inverse,
    mix_styles,
    remembered,
    tile_images,
)
from style.images import pad_to_multiple
from style.optimise import swap_loss
from trainers.inverse import net_for
from trainers.style_vae import stylist_for
from trainers.variables import all_variables

PAIR = ["--preset", "none", "--dataset", "glyph2edge", "--vgg_weights", "random"]
STYLE = ["--gan_type", "style_vae", *PAIR, "--content_weight", "1", "--style_weight", "1",
         "--content_layers", "block2_conv1", "--style_layers", "block1_conv1"]


def image(height, width, seed):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (1, height, width, 3)).astype("float32")


CONTENT, STYLES = image(18, 23, 0), [image(16, 20 + k, 1 + k) for k in range(4)]


def seen_by_nets(multiple):
    """CONTENT with a mirrored border of 16 pixels, and its last pixels repeated."""
    bordered = np.pad(CONTENT, ((0, 0), (16, 16), (16, 16), (0, 0)), "symmetric")
    height, width = bordered.shape[1:3]
    more = (0, -height % multiple), (0, -width % multiple)
    return np.pad(bordered, ((0, 0), *more, (0, 0)), "edge")


def inside(images):
    return images[:, 16:16 + 18, 16:16 + 23]


def kept(folder, flags, nets, name):
    """A run of one checkpoint, in which the nets are not as they start."""
    config = resolve([*flags, "--run", str(folder)])
    Run.open(folder, config).close()
    made = nets(config)
    variables = all_variables(made if isinstance(made, list) else [made])
    random = np.random.default_rng(7)
    for v in variables:
        v.assign(v + 0.05 * random.normal(size=v.shape))
    Checkpoints(folder / "checkpoints", {name: variables, "more": []}).save(3)
    return str(folder), made


@pytest.fixture(scope="module")
def inverse_run(tmp_path_factory):
    return kept(tmp_path_factory.mktemp("inverse"), ["--gan_type", "inverse_net", *PAIR,
                                                     "--width", "0.1"], net_for, "inverse")


@pytest.fixture(scope="module")
def style_run(tmp_path_factory):
    flags = [*STYLE, "--width", "0.1", "--latent_dim", "3"]
    return kept(tmp_path_factory.mktemp("vae"), flags,
                lambda config: list(stylist_for(config).nets.values()), "stylist")


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory):
    return kept(tmp_path_factory.mktemp("plain"), [*STYLE, "--no_style_variance"],
                lambda config: list(stylist_for(config).nets.values()), "stylist")


@pytest.mark.parametrize("patch_size, stride", [(3, 1), (2, 2)])
def test_inverse_by_hand(inverse_run, patch_size, stride):
    run, net = inverse_run
    vgg = VGGFeatures([INVERTED], "random")
    swapped = style_swap(vgg(seen_by_nets(4))[0], vgg(STYLES[0])[0], patch_size, stride)
    made = inverse(CONTENT, STYLES[:1], run=run, patch_size=patch_size, stride=stride)
    np.testing.assert_allclose(made, inside(net(swapped)), rtol=1e-3, atol=1e-3)
    assert made.shape == CONTENT.shape


@pytest.mark.parametrize("more, near", [({}, True), ({"matches": "exact"}, False)])
def test_near_matches_are_the_usual_ones(inverse_run, more, near, monkeypatch):
    asked = []

    def match(*about):
        asked.append(about)
        return match_patches(*about)
    monkeypatch.setattr(few_patches, "match_projected", match)
    inverse(CONTENT, STYLES[:1], run=inverse_run[0], **more)
    assert bool(asked) == near


def by_hand(nets, code):
    encoder, _, decoder = nets
    return inside(decoder([encoder(seen_by_nets(8)), tf.constant(code, tf.float32)]))


def codes_of(nets):
    return np.concatenate([nets[1](style)[0] for style in STYLES])


def test_adain_of_one_style_and_of_a_mixture(style_run):
    run, nets = style_run
    codes = codes_of(nets)
    np.testing.assert_allclose(draw_adain(CONTENT, STYLES[:1], run=run),
                               by_hand(nets, codes[:1]), atol=1e-4)
    mixed = draw_adain(CONTENT, STYLES[:2], run=run, mix=(0.25, 0.75))
    np.testing.assert_allclose(mixed, by_hand(nets, 0.25 * codes[:1] + 0.75 * codes[1:2]),
                               atol=1e-4)
    np.testing.assert_allclose(draw_adain(CONTENT, STYLES, run=run),
                               by_hand(nets, codes.mean(0, keepdims=True)), atol=1e-4)


def test_a_style_is_read_once():
    """As long as it is the same array, and one of the last."""
    read, images = [], [image(4, 4, seed) for seed in range(REMEMBERED + 1)]
    known = remembered(lambda one: read.append(one) or one.sum(keepdims=True))
    for one in (images[0], images[1], images[0], images[0].copy()):
        np.testing.assert_array_equal(known(one), one.sum(keepdims=True))
    assert [each is images[0] for each in read] == [True, False, False]
    for one in (*images[1:], images[0]):
        known(one)
    assert read[-1] is images[0] and len(read) == 3 + REMEMBERED


def test_the_grid_has_its_styles_in_the_corners(style_run):
    run, nets = style_run
    made, codes = draw_adain(CONTENT, STYLES, run=run, grid=3), codes_of(nets)
    assert made.shape == (1, 3 * 18, 3 * 23, 3)
    places = {(0, 0): codes[0], (0, 2): codes[1], (2, 0): codes[2], (2, 2): codes[3],
              (1, 1): codes.mean(0), (0, 1): codes[:2].mean(0), (1, 2): codes[[1, 3]].mean(0)}
    for (i, j), code in places.items():
        part = made[:, 18 * i:18 * (i + 1), 23 * j:23 * (j + 1)]
        np.testing.assert_allclose(part, by_hand(nets, code[None]), atol=1e-4)


def test_strength_is_a_mixture_with_the_content_s_own(style_run, inverse_run):
    own, full, half = (draw_adain(CONTENT, [style], run=style_run[0], strength=strength)
                       for style, strength in ((CONTENT, 1.0), (STYLES[0], 1.0), (STYLES[0], 0.5)))
    mixed = draw_adain(CONTENT, [CONTENT, STYLES[0]], run=style_run[0])
    np.testing.assert_allclose(half, mixed, atol=1e-5)
    np.testing.assert_allclose(
        draw_adain(CONTENT, [STYLES[0]], run=style_run[0], strength=0.0), own, atol=1e-5)
    assert np.abs(full - own).max() > 100 * np.abs(half - mixed).max()
    (activations,) = VGGFeatures([INVERTED], "random")(seen_by_nets(4))
    expected = inside(inverse_run[1](activations))
    np.testing.assert_allclose(inverse(CONTENT, [STYLES[0]], run=inverse_run[0], strength=0.0),
                               expected, atol=1e-4)


def test_steps_behind_the_network_come_nearer_to_the_activations(inverse_run):
    loss, _ = swap_loss(CONTENT, STYLES[:1], vgg_weights="random")
    losses = [loss(pad_to_multiple(inverse(CONTENT, [STYLES[0]], run=inverse_run[0], **more), 4))[0]
              for more in ({}, {"iterations": 5})]
    assert losses[1] < 0.9 * losses[0]


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
    made = draw_adain(CONTENT, STYLES[:2], run=run, mix=(0.3, 0.7))
    np.testing.assert_allclose(made, inside(decoder(target / 127.5)), atol=1e-3)
    with pytest.raises(UserError, match="has no styles of its own to draw"):
        draw_adain(CONTENT, [], run=run, random_styles=2)


@pytest.mark.parametrize("draw, kind", [(inverse, "inverse_net"), (draw_adain, "style_vae")])
def test_runs_that_cannot_draw(draw, kind, tmp_path, inverse_run, style_run):
    with pytest.raises(UserError, match=f"needs --run, the folder of a trained {kind}"):
        draw(CONTENT, STYLES[:1])
    with pytest.raises(UserError, match="no run at"):
        draw(CONTENT, STYLES[:1], run=str(tmp_path / "none"))
    other = {"inverse_net": style_run, "style_vae": inverse_run}[kind][0]
    with pytest.raises(UserError, match=f"is of gan_type .*; --method .* needs a {kind}"):
        draw(CONTENT, STYLES[:1], run=other)
    flags = ["--gan_type", "inverse_net", *PAIR] if kind == "inverse_net" else STYLE
    Run.open(tmp_path / "new", resolve([*flags, "--run", str(tmp_path / "new")])).close()
    with pytest.raises(UserError, match="has no checkpoint yet"):
        draw(CONTENT, STYLES[:1], run=str(tmp_path / "new"))


def test_a_checkpoint_that_is_newer_is_drawn_from(tmp_path):
    run, net = kept(tmp_path / "run", ["--gan_type", "inverse_net", *PAIR, "--width", "0.05"],
                    net_for, "inverse")
    before = inverse(CONTENT, STYLES[:1], run=run)
    net.get_layer("inverse_row5_conv").bias.assign([9.0, 9.0, 9.0])
    Checkpoints(tmp_path / "run/checkpoints", {"inverse": net.variables, "more": []}).save(4)
    after = inverse(CONTENT, STYLES[:1], run=run)
    assert (after - before).min() > 5


def test_mixtures_of_other_numbers():
    styles = np.eye(4, dtype="float32")
    with pytest.raises(UserError, match="3 weights do not mix 4 styles"):
        mix_styles(styles, (0.2, 0.3, 0.5))
    for wrong, grid in ((styles[:3], 3), (styles, 1)):
        with pytest.raises(UserError, match="four styles in its corners"):
            mix_styles(wrong, grid=grid)
    np.testing.assert_allclose(mix_styles(styles, grid=5), corner_weights(5))


def test_corner_weights():
    weights = corner_weights(4)
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-6)
    np.testing.assert_array_equal(weights[[0, 3, 12, 15]], np.eye(4))
    np.testing.assert_allclose(weights[6], [2 / 9, 4 / 9, 1 / 9, 2 / 9], atol=1e-6)


def test_tiles_and_edges():
    a, b, c, d = (np.full((1, 2, 3, 3), k) for k in range(4))
    whole = tile_images([a, b, c, d], 2)
    assert whole.shape == (1, 4, 6, 3) and whole[0, 0, 3, 0] == 1 and whole[0, 2, 0, 0] == 2
    padded = pad_to_multiple(CONTENT, 8)
    assert padded.shape == (1, 24, 24, 3)
    np.testing.assert_array_equal(padded[:, 18:, :23], CONTENT[:, -1:].repeat(6, 1))
    np.testing.assert_array_equal(pad_to_multiple(CONTENT, 1), CONTENT)


def test_a_run_whose_nets_are_not_finite_is_refused_by_name(tmp_path):
    config = resolve([*STYLE, "--width", "0.1", "--latent_dim", "3", "--run", str(tmp_path / "r")])
    Run.open(tmp_path / "r", config).close()
    variables = all_variables(stylist_for(config).nets.values())
    variables[0].assign(variables[0] * np.nan)
    Checkpoints(tmp_path / "r" / "checkpoints", {"stylist": variables, "more": []}).save(3)
    with pytest.raises(UserError, match="newest checkpoint of .*r: .* not finite"):
        draw_adain(CONTENT, STYLES[:1], run=str(tmp_path / "r"))

"""`stylize --method inverse`, against the network by hand."""

import cv2
import numpy as np
import pytest

from framework.errors import UserError
from nets.architectures.style import INVERTED
from nets.inverse import build_inverse
from nets.swap import match_patches, style_swap
from nets.vgg import VGGFeatures
from style import few_patches, trained
from style.colors import coral
from style.features import FeatureStrips
from style.images import pad_to_multiple
from style.inverse import in_strips, inverse
from style.optimise import swap_loss
from tests.style.runs import CONTENT, STYLES, image, inside, seen_by_nets

AS_DRAWN = dict(color_share=0.0)


@pytest.mark.parametrize("patch_size, stride", [(3, 1), (2, 2)])
def test_inverse_by_hand(inverse_run, patch_size, stride):
    run, net = inverse_run
    vgg = VGGFeatures([INVERTED], "random")
    swapped = style_swap(vgg(seen_by_nets(4))[0], vgg(STYLES[0])[0], patch_size, stride)
    made = inverse(CONTENT, STYLES[:1], run=run, patch_size=patch_size, stride=stride, **AS_DRAWN)
    np.testing.assert_allclose(made, inside(net(swapped)), rtol=1e-3, atol=1e-3)
    assert made.shape == CONTENT.shape


def test_strips_are_the_whole():
    net = build_inverse(0.1, padding="reflect", norm=None)
    random = np.random.default_rng(3)
    for v in net.variables:
        v.assign(v + 0.05 * random.normal(size=v.shape))
    activations = (100 * random.uniform(size=(1, 40, 7, 256))).astype("float32")
    phi = FeatureStrips(INVERTED, "random", memory_limit=2 * 2**20)
    assert len(phi.strips(160, 28)) > 3
    whole = np.asarray(net(activations))
    assert np.ptp(whole) > 0.1
    np.testing.assert_allclose(in_strips(net, activations, phi), whole, atol=1e-4)


def test_too_little_memory_is_said_before_anything_is_drawn(inverse_run, monkeypatch):
    monkeypatch.setattr(trained, "_restore", lambda *about: pytest.fail("a net was loaded"))
    content = image(300, 400, 7)
    with pytest.raises(UserError, match="style swap of .* needs [0-9]+ MiB, and the memory limit"):
        inverse(content, STYLES[:1], run=inverse_run[0], memory_limit=7 * 2**20)


@pytest.mark.parametrize("more, near", [({}, True), ({"matches": "exact"}, False)])
def test_near_matches_are_the_usual_ones(inverse_run, more, near, monkeypatch):
    asked = []

    def match(*about):
        asked.append(about)
        return match_patches(*about)
    monkeypatch.setattr(few_patches, "match_projected", match)
    inverse(CONTENT, STYLES[:1], run=inverse_run[0], **more)
    assert bool(asked) == near


def smaller(image, size):
    return cv2.resize(image[0], size[::-1], interpolation=cv2.INTER_AREA)[None]


def larger(image, size):
    return cv2.resize(image[0], size[::-1], interpolation=cv2.INTER_CUBIC)[None]


def test_the_finer_size_begins_from_the_coarser_by_hand(inverse_run):
    """A quarter of the photograph is in what is looked up at the finer size."""
    run, net = inverse_run
    content, style = image(88, 130, 5), image(72, 80, 6)
    vgg = VGGFeatures([INVERTED], "random")

    def drawn(seen, painted):
        height, width = seen.shape[1:3]
        edged = np.pad(seen, ((0, 0), (16, 16), (16, 16), (0, 0)), "symmetric")
        edged = np.pad(edged, ((0, 0), (0, -height % 4), (0, -width % 4), (0, 0)), "edge")
        swapped = style_swap(vgg(edged)[0], vgg(painted)[0])
        return np.asarray(net(swapped))[:, 16:16 + height, 16:16 + width]

    small = smaller(content, (44, 65))
    coarse = drawn(small, smaller(style, (36, 40)))
    start = larger(coarse, (88, 130)) + content - larger(small, (88, 130))
    expected = drawn(np.clip(0.75 * start + 0.25 * content, -1, 1), style)
    made = inverse(content, [style], run=run, matches="exact", content_share=0.25, **AS_DRAWN)
    np.testing.assert_allclose(made, expected, rtol=1e-3, atol=2e-3)
    at_one = inverse(content, [style], run=run, matches="exact", resolutions=1, **AS_DRAWN)
    np.testing.assert_allclose(at_one, drawn(content, style), rtol=1e-3, atol=2e-3)
    assert np.abs(made - at_one).mean() > 0.02
    # A style of 60 pixels would have too few patches at half the size.
    few = inverse(content, [style[:, :60, :60]], run=run, matches="exact", **AS_DRAWN)
    np.testing.assert_allclose(few, drawn(content, style[:, :60, :60]), rtol=1e-3, atol=2e-3)


def test_the_result_has_the_colours_of_the_style(inverse_run):
    drawn, half, whole = (inverse(CONTENT, STYLES[:1], run=inverse_run[0], color_share=share)
                          for share in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(whole, coral(drawn, STYLES[0]), atol=1e-5)
    np.testing.assert_allclose(half, (drawn + whole) / 2, atol=1e-5)
    assert np.abs(whole - drawn).mean() > 0.05


def test_strength_0_inverts_the_content_s_own_activations(inverse_run):
    (activations,) = VGGFeatures([INVERTED], "random")(seen_by_nets(4))
    made = inverse(CONTENT, [STYLES[0]], run=inverse_run[0], strength=0.0)
    np.testing.assert_allclose(made, inside(inverse_run[1](activations)), atol=1e-4)


def test_steps_behind_the_network_come_nearer_to_the_activations(inverse_run):
    loss, _ = swap_loss(CONTENT, STYLES[:1], vgg_weights="random")
    losses = [loss(pad_to_multiple(inverse(CONTENT, [STYLES[0]], run=inverse_run[0], **AS_DRAWN,
                                           **more), 4))[0]
              for more in ({}, {"iterations": 5})]
    assert losses[1] < 0.9 * losses[0]

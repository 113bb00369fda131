"""The inverse network's iteration against eq. 4.7 by hand, and its runs."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from config.resolve import resolve
from data.domain import Domain
from framework.devices import compiled
from nets.architectures.style import INVERTED
from nets.inverse import build_inverse
from nets.swap import style_swap
from nets.vgg import VGGFeatures
from tests.trainers.broken import broken_off
from trainers.inverse import (
    InverseTrainer,
    crop_at_random,
    inversion_targets,
    inversion_terms,
    pair_batches,
    shown_images,
)

SIZE = 16


@pytest.fixture(scope="module")
def vgg():
    return VGGFeatures([INVERTED], "random")


def stored(count, seed, size=SIZE):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), np.uint8)


def as_seen(images):
    return images.astype("float32") / 127.5 - 1


def trainer_for(vgg, **settings):
    keras.utils.set_random_seed(3)
    return InverseTrainer(build_inverse(0.1), vgg, keras.optimizers.Adam(1e-3), **settings)


def test_the_batch_is_two_photographs_two_paintings_and_their_four_pairs(vgg):
    photos, paintings = as_seen(stored(2, 0, 32)), as_seen(stored(2, 1, 32))
    found = inversion_targets(vgg, photos, paintings, True)
    c, s = vgg(photos)[0].numpy(), vgg(paintings)[0].numpy()
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    by_hand = [*c, *s, *(style_swap(c[i][None], s[j][None])[0] for i, j in pairs)]
    assert found.shape == (8, 8, 8, 256)
    np.testing.assert_allclose(found, np.stack(by_hand), rtol=1e-5, atol=1e-5)
    swapped = np.asarray(found)[4:]
    assert min(np.abs(a - b).max() for i, a in enumerate(swapped) for b in swapped[:i]) > 0.01
    np.testing.assert_array_equal(inversion_targets(vgg, photos, paintings, False), found[:4])


def test_one_that_repaints_learns_from_pairs_and_their_pixels(vgg):
    photos, paintings = stored(2, 0, 32), stored(2, 1, 32)
    plain = inversion_targets(vgg, as_seen(photos), as_seen(paintings), True)
    found = inversion_targets(vgg, as_seen(photos), as_seen(paintings), True, True)
    assert found.shape == (4, 8, 8, 256 + 48)
    np.testing.assert_array_equal(found[..., :256], plain[4:])
    keras.utils.set_random_seed(3)
    net = build_inverse(0.1, norm=None, repaints=True)
    trainer = InverseTrainer(net, vgg, keras.optimizers.Adam(1e-3), tv_weight=0.0)
    terms = trainer.iterate(0, (photos[None], paintings[None]))
    pixels = np.asarray(found)[..., 256:].reshape(4, 8, 8, 4, 4, 3)
    images = pixels.transpose(0, 1, 3, 2, 4, 5).reshape(4, 32, 32, 3)       # what it begins from
    by_hand = np.mean((np.asarray(vgg(images)[0]) - np.asarray(found)[..., :256]) ** 2)
    np.testing.assert_allclose(terms["activations"], by_hand, rtol=1e-4)


def test_swapped_by_hand(vgg):
    """Each of the 2x2 patches of 3x3 becomes the style's of greatest cosine; overlaps are
    averaged."""
    photo, painting = as_seen(stored(1, 4)), as_seen(stored(1, 5))
    c, s = (np.asarray(vgg(x)[0][0], "float64") for x in (photo, painting))
    total, count = np.zeros_like(c), np.zeros(c.shape[:2] + (1,))
    places = [(y, x) for y in (0, 1) for x in (0, 1)]
    for y, x in places:
        own = c[y:y + 3, x:x + 3]
        patches = [s[v:v + 3, u:u + 3] for v, u in places]
        best = max(patches, key=lambda p: np.sum(own * p) / np.linalg.norm(p))
        total[y:y + 3, x:x + 3] += best
        count[y:y + 3, x:x + 3] += 1
    np.testing.assert_allclose(inversion_targets(vgg, photo, painting, True)[2], total / count,
                               rtol=1e-4, atol=1e-4)


def test_terms_by_hand(vgg):
    images, target = as_seen(stored(3, 6)), np.random.default_rng(7).normal(size=(3, 4, 4, 256))
    terms = inversion_terms(images, target, vgg, 1e-6)
    np.testing.assert_allclose(terms["activations"], np.mean((vgg(images)[0] - target) ** 2),
                               rtol=1e-4)
    levels = 127.5 * (images.astype("float64") + 1)
    variation = (np.diff(levels, axis=1) ** 2).sum() + (np.diff(levels, axis=2) ** 2).sum()
    np.testing.assert_allclose(terms["variation"], 1e-6 * variation, rtol=1e-4)


def test_an_iteration_moves_every_variable_and_never_vgg(vgg):
    trainer = trainer_for(vgg)
    frozen = [v.numpy() for v in vgg.model.variables]
    before = [v.numpy() for v in trainer.net.trainable_variables]
    terms = trainer.iterate(0, (stored(2, 0)[None], stored(2, 1)[None]))
    assert float(terms["loss"]) == pytest.approx(
        float(terms["activations"] + terms["variation"]))
    for v, old in zip(trainer.net.trainable_variables, before, strict=True):
        # A bias before an instance norm is taken out again by its mean: its gradient is zero.
        normed = v.path.endswith("conv/bias") and "row5" not in v.path
        assert normed or np.abs(v - old).max() > 1e-4, v.path
    assert not vgg.model.trainable_variables
    for v, old in zip(vgg.model.variables, frozen, strict=True):
        np.testing.assert_array_equal(v, old)


def test_the_gradient_is_that_of_the_loss(vgg):
    """Against a central difference along the gradient, in a net of a few filters."""
    net = build_inverse(0.05)
    target = inversion_targets(vgg, *(as_seen(stored(1, k)) for k in (0, 1)), True)
    bias = net.get_layer("inverse_row5_conv").bias

    def loss():
        return sum(inversion_terms(net(target), target, vgg, 1e-6).values())
    with tf.GradientTape() as tape:
        value = loss()
    gradient = tape.gradient(value, bias.value).numpy()
    start, step = bias.numpy(), 1e-2 / np.linalg.norm(gradient)
    sides = []
    for sign in (1, -1):
        bias.assign(start + sign * step * gradient)
        sides.append(float(loss()))
    assert (sides[0] - sides[1]) / (2 * step) == pytest.approx(gradient @ gradient, rel=2e-2)


def test_the_loss_falls(vgg):
    step = compiled(trainer_for(vgg).iterate)
    batch = stored(2, 0)[None], stored(2, 1)[None]
    losses = [float(step(tf.constant(i), batch)["loss"]) for i in range(25)]
    assert losses[-1] < 0.8 * losses[0]


def test_crops_come_from_places_of_their_own():
    images = np.arange(2 * 8 * 8, dtype=np.uint8).reshape(1, 2, 8, 8, 1).repeat(3, -1)
    cut = crop_at_random(images, 3, np.random.default_rng(0))
    assert cut.shape == (1, 2, 3, 3, 3)
    for whole, part in zip(images[0, ..., 0], cut[0, ..., 0], strict=True):
        y, x = np.argwhere(whole == part[0, 0])[0]
        np.testing.assert_array_equal(whole[y:y + 3, x:x + 3], part)
    seen = {crop_at_random(images, 7, np.random.default_rng(k))[0, 0, 0, 0, 0] for k in range(40)}
    assert seen == {0, 1, 8, 9}


def test_batches_follow_from_the_iteration():
    domains = [Domain("a", stored(5, 0)), Domain("b", stored(4, 1))]
    config = resolve(["--gan_type", "inverse_net", "--preset", "none", "--dataset", "glyph2edge",
                      "--image_size", "16", "--crop", "12", "--batch_size", "2"])
    one, other = pair_batches(config, domains), pair_batches(config, domains)
    for i in (3, 0):
        for a, b in zip(one(i), other(i), strict=True):
            assert a.shape == (1, 2, 12, 12, 3) and a.dtype == np.uint8
            np.testing.assert_array_equal(a, b)
    assert (one(0)[0] != one(1)[0]).any()


def test_what_pictures_show_begins_again():
    photos, paintings = shown_images([Domain("a", stored(5, 0)), Domain("b", stored(3, 1))], 5)
    np.testing.assert_array_equal(photos, as_seen(stored(5, 0)))
    np.testing.assert_allclose(paintings, as_seen(stored(3, 1))[[0, 1, 2, 0, 1]], atol=1e-6)


def test_the_ablation_has_both_spellings():
    pair = ["--gan_type", "inverse_net", "--dataset", "glyph2edge"]
    assert resolve(pair).style.swapped and resolve([*pair, "--swapped"]).style.swapped
    assert not resolve([*pair, "--no_swapped"]).style.swapped
    assert not resolve([*pair, "--no-swapped"]).style.swapped


def variables(run):
    reader = tf.train.load_checkpoint(str(run / "checkpoints"))
    names = [name for name in reader.get_variable_to_shape_map()
             if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name]
    return {name: reader.get_tensor(name) for name in names}


def test_a_resumed_run_is_the_unbroken_one(pictures, tmp_path):
    command = ["--gan_type", "inverse_net", "--preset", "none", "--dataset", pictures,
               "--image_size", "16", "--crop", "12", "--batch_size", "2", "--width", "0.05",
               "--vgg_weights", "random", "--sample_every", "2", "--sample_columns", "2",
               "--no_sample_early", "--checkpoint_every", "1", "--compile", "none",
               "--no-tensorboard"]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert main([*command, "--run", str(whole), "--iterations", "3"]) == 0
    broken_off(whole, broken, 2)
    assert main([*command, "--run", str(broken), "--iterations", "3"]) == 0
    a, b = variables(whole), variables(broken)
    assert a.keys() == b.keys() and len(a) > 40
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    assert (whole / "losses.csv").read_text() == (broken / "losses.csv").read_text()
    for name in ("losses.png", "samples/000000.png", "samples/000003.png", "models/inverse.keras"):
        assert (whole / name).stat().st_size > 0
    assert (whole / "samples/000003.png").read_bytes() == (
        broken / "samples/000003.png").read_bytes()

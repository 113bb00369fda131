"""Variational styles and plain AdaIN: the terms by hand, what they move, and their runs."""

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from framework.random import Random
from losses.perceptual import content_loss, relative_squared_difference, style_loss
from losses.style import kl_to_normal
from nets.adain import adaptive_instance_norm
from nets.stylist import PlainStylist, VariationalStylist, apply_style
from nets.vgg import VGGFeatures
from tests.trainers.broken import broken_off
from trainers.style_vae import CONTENT_TARGETS, PlainTrainer, VariationalTrainer

SIZE, LAYERS = 16, ("block1_conv1", "block2_conv1")
WEIGHTS = {"content": 1e-2, "style": 2e-3, "kl": 0.5, "disentangle": 2.0, "palette": 0.0}


@pytest.fixture(scope="module")
def vgg():
    return VGGFeatures(LAYERS, "random")


def new_stylist(plain):
    keras.utils.set_random_seed(3)
    return PlainStylist(LAYERS[1], "random") if plain else VariationalStylist(4, 0.1)


stylist_of = cache(new_stylist)     # for all tests that move none of its variables


def trainer_for(vgg, plain=False, stylist=None, **settings):
    """stylist: a new one, to be moved by Adam."""
    optimizer = keras.optimizers.Adam(1e-3) if stylist else keras.optimizers.SGD(1e-3)
    return (PlainTrainer if plain else VariationalTrainer)(
        stylist or stylist_of(plain), lambda images: dict(zip(LAYERS, vgg(images), strict=True)),
        optimizer, content_layers=LAYERS[1:], style_layers=LAYERS, seed=5,
        **{"weights": WEIGHTS, **settings})


def stored(count, seed):
    return np.random.default_rng(seed).integers(0, 256, (count, SIZE, SIZE, 3), np.uint8)


def unit(count, seed):
    return stored(count, seed).astype("float32") / 127.5 - 1


def test_variational_terms_by_hand(vgg):
    trainer, photos, paintings = trainer_for(vgg), unit(2, 0), unit(2, 1)
    terms = trainer.terms(photos, paintings, Random(5, 7))
    nets = trainer.stylist.nets
    mean, log_variance = (np.asarray(x) for x in nets["style_encoder"](paintings))
    code = mean + tf.exp(log_variance / 2) * Random(5, 7).normal([2, 4])
    content = nets["content_encoder"](photos)
    made = nets["decoder"]([content, code])
    seen, wanted, painted = (vgg(images) for images in (made, photos, paintings))
    np.testing.assert_allclose(terms["content"], content_loss(seen[1], wanted[1]), rtol=1e-4)
    np.testing.assert_allclose(terms["style"], sum(map(style_loss, seen, painted)), rtol=1e-4)
    np.testing.assert_allclose(terms["kl"], kl_to_normal(mean, log_variance), rtol=1e-5)
    other = nets["decoder"]([content[::-1], code])
    e1, e2 = (np.asarray(nets["style_encoder"](y)[0]) for y in (made, other))
    by_hand = np.maximum(((e1 - e2) ** 2).sum(1) - ((e1 - mean) ** 2).sum(1), 0).mean()
    np.testing.assert_allclose(terms["disentangle"], by_hand, rtol=1e-3, atol=1e-7)


def test_content_may_be_compared_with_the_photograph_in_the_style(vgg):
    trainer = trainer_for(vgg, content_target=CONTENT_TARGETS["adain"])
    photos, paintings = unit(2, 0), 0.3 * unit(2, 1) + 0.4
    terms = trainer.terms(photos, paintings, Random(5, 7))
    mean, log_variance = trainer.stylist.distribution(paintings)
    code = mean + tf.exp(log_variance / 2) * Random(5, 7).normal([2, 4])
    made = trainer.stylist.image(trainer.stylist.content(photos), code)
    y, c, s = (np.asarray(vgg(x)[1], "float64") for x in (made, photos, paintings))

    def centred(x):
        return x - x.mean((1, 2), keepdims=True)
    deviations = [np.sqrt(x.var((1, 2), keepdims=True) + 1e-5) for x in (c, s)]
    target = deviations[1] / deviations[0] * centred(c) + s.mean((1, 2), keepdims=True)
    np.testing.assert_allclose(terms["content"], np.mean((y - target) ** 2), rtol=1e-3)
    assert abs(np.mean((y - c) ** 2) / terms["content"] - 1) > 0.1


def test_plain_terms_by_hand(vgg):
    trainer, photos, paintings = trainer_for(vgg, plain=True), unit(2, 0), unit(2, 1)
    terms = trainer.terms(photos, paintings, None)
    c, s = (np.asarray(vgg(images)[1], "float64") for images in (photos, paintings))

    def statistics(x):
        return x.mean((1, 2), keepdims=True), np.sqrt(x.var((1, 2), keepdims=True) + 1e-5)
    (cm, cs), (sm, ss) = statistics(c), statistics(s)
    target = ss * (c - cm) / cs + sm
    made = trainer.stylist.nets["decoder"]((target / 127.5).astype("float32"))
    seen, painted = ([np.asarray(f, "float64") for f in vgg(x)] for x in (made, paintings))
    np.testing.assert_allclose(terms["content"], np.mean((seen[1] - target) ** 2), rtol=1e-3)
    style = sum(np.mean((a - b) ** 2) for x, y in zip(seen, painted, strict=True)
                for a, b in zip(statistics(x), statistics(y), strict=True))
    np.testing.assert_allclose(terms["style"], style, rtol=1e-3)
    assert set(terms) == {"content", "style"}


def test_balanced_layers_have_terms_without_a_unit(vgg):
    trainer = trainer_for(vgg, plain=True, difference=relative_squared_difference)
    photos, paintings = unit(2, 0), unit(2, 1)
    terms = trainer.terms(photos, paintings, None)
    layer = LAYERS[1]
    target = adaptive_instance_norm(trainer.stylist.content(photos)[0], vgg(paintings)[1])
    made = trainer.stylist.decode(target)
    seen = dict(zip(LAYERS, vgg(made), strict=True))[layer].numpy()
    np.testing.assert_allclose(
        terms["content"], np.mean((seen - target) ** 2) / np.mean(np.square(target)), rtol=1e-3)
    assert 0.1 < float(terms["style"]) < 100


@pytest.mark.parametrize("plain", [False, True])
def test_the_palette_by_hand(vgg, plain):
    trainer = trainer_for(vgg, plain, weights=WEIGHTS | {"palette": 3.0})
    made, paintings = unit(2, 2), 0.5 * unit(2, 1)
    axes = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])
    a, b = (x.reshape(2, -1, 3).astype("float64") @ axes.T for x in (made, paintings))
    by_hand = (np.mean((a.mean(1) - b.mean(1)) ** 2) + np.mean((a.std(1) - b.std(1)) ** 2)) / 2
    np.testing.assert_allclose(trainer.colours(made, paintings)["palette"], by_hand, rtol=1e-3)
    assert "palette" in trainer.terms(unit(2, 0), paintings, Random(0, 0))
    assert not trainer_for(vgg, plain).colours(made, paintings)


def test_paintings_are_changed_and_photographs_are_not(vgg):
    """By the terms that a trainer is asked for: the painting's colours are others."""
    trainer, asked = trainer_for(vgg, True, new_stylist(True), changes=["hue"]), []

    def watched(photos, paintings, random):
        asked.append((photos, paintings))
        return PlainTrainer.terms(trainer, photos, paintings, random)
    trainer.terms = watched
    photos, paintings = stored(2, 0), stored(2, 1)
    trainer.iterate(tf.constant(3), (photos[None], paintings[None]))
    (seen, painted), = asked
    np.testing.assert_allclose(seen, photos / 127.5 - 1, atol=1e-6)
    assert np.abs(painted - (paintings / 127.5 - 1)).max() > 0.1
    assert np.abs(painted).max() <= 1


def test_a_term_without_weight_is_left_out(vgg):
    terms = trainer_for(vgg, weights=WEIGHTS | {"disentangle": 0.0}).terms(
        unit(1, 0), unit(1, 1), Random(0, 0))
    assert set(terms) == {"content", "style", "kl"}


@pytest.mark.parametrize("plain", [False, True])
def test_an_iteration_moves_every_net_and_never_vgg(vgg, plain):
    trainer = trainer_for(vgg, plain, new_stylist(plain))
    frozen = [v.numpy() for v in vgg.model.variables]
    before = [v.numpy() for v in trainer.variables]
    terms = {k: float(v) for k, v in
             trainer.iterate(tf.constant(3), (stored(2, 0)[None], stored(2, 1)[None])).items()}
    names = [name for name in terms if f"weighted/{name}" in terms]
    for name in names:
        assert terms[f"weighted/{name}"] == pytest.approx(WEIGHTS[name] * terms[name], rel=1e-5)
    assert terms["loss"] == pytest.approx(sum(terms[f"weighted/{n}"] for n in names), rel=1e-5)
    assert len(before) == (6 if plain else 88)
    for v, old in zip(trainer.variables, before, strict=True):
        # A bias before an instance norm is taken out again by its mean: its gradient is zero.
        normed = "bias" in v.path and "conv" in v.path and not plain
        assert normed or np.abs(v - old).max() > 1e-5, v.path
    for v, old in zip(vgg.model.variables, frozen, strict=True):
        np.testing.assert_array_equal(v, old)


def test_the_divergence_warms_up(vgg):
    trainer = trainer_for(vgg, warmup=4)
    assert [float(trainer.weight("kl", tf.constant(i))) for i in (0, 1, 4, 9)] == [
        0, 0.125, 0.5, 0.5]
    assert trainer.weight("style", tf.constant(0)) == WEIGHTS["style"]
    assert trainer_for(vgg).weight("kl", tf.constant(0)) == 0.5


def test_styled_takes_the_statistics_of_a_vector():
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 2)).astype("float32")
    style = np.array([[1, 2, 3, 4], [0, 0, 1, 1]], "float32")
    y = np.asarray(apply_style(x, style))
    np.testing.assert_allclose(y.mean((1, 2)), style[:, :2], atol=1e-5)
    np.testing.assert_allclose(y.std((1, 2)), style[:, 2:], rtol=1e-4)


def variables(run):
    reader = tf.train.load_checkpoint(str(run / "checkpoints"))
    names = [name for name in reader.get_variable_to_shape_map()
             if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name]
    return {name: reader.get_tensor(name) for name in names}


@pytest.mark.parametrize("flags, models", [
    (["--width", "0.05", "--latent_dim", "8", "--style_statistics", "moments",
      "--kl_weight", "1", "--kl_warmup", "2", "--disentangle_weight", "1",
      "--repaint", "--palette_weight", "1"],
     ["content_encoder", "decoder", "style_encoder"]),
    (["--width", "0.05", "--latent_dim", "8", "--content_encoder", "vgg", "--repaint"],
     ["content_encoder", "decoder", "style_encoder"]),
    (["--no_style_variance", "--padding", "reflect", "--repaint", "--layer_balance",
      "--augment", "hue,flip", "--augment_probability", "0.5"], ["decoder"])])
def test_a_resumed_run_is_the_unbroken_one(pictures, tmp_path, flags, models):
    command = ["--gan_type", "style_vae", "--preset", "none", "--dataset", pictures,
               "--image_size", "24", "--batch_size", "2", "--vgg_weights", "random",
               "--content_weight", "1", "--style_weight", "1", "--content_layers", LAYERS[1],
               "--style_layers", ",".join(LAYERS), "--sample_every", "2", "--sample_columns", "2",
               "--no_sample_early", "--checkpoint_every", "1", "--compile", "none",
               "--no-tensorboard", *flags]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert main([*command, "--run", str(whole), "--iterations", "2"]) == 0
    broken_off(whole, broken, 1)
    assert main([*command, "--run", str(broken), "--iterations", "2"]) == 0
    a, b = variables(whole), variables(broken)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    assert (whole / "losses.csv").read_text() == (broken / "losses.csv").read_text()
    assert sorted(p.stem for p in (whole / "models").iterdir()) == models
    assert (whole / "samples/000002.png").read_bytes() == (
        broken / "samples/000002.png").read_bytes()

"""Colours as moments of opponent axes, and decoders that begin from the repainted photograph."""

import keras
import numpy as np
import tensorflow as tf

from framework.checkpoint import save_model
from nets.palette import (
    OPPONENT,
    SPREAD,
    TYPICAL,
    build_repainting_decoder,
    code_of,
    palette_from,
    palette_of,
    repaint,
)
from nets.stylist import PlainStylist, VariationalStylist


def images(count=2, seed=0, size=16):
    rng = np.random.default_rng(seed)
    low, high = rng.uniform(-0.9, -0.1, (count, 1, 1, 3)), rng.uniform(0, 0.6, (count, 1, 1, 3))
    return rng.uniform(low, high, (count, size, size, 3)).astype("float32")


def test_the_axes_are_a_rotation_of_light_and_two_colours():
    np.testing.assert_allclose(OPPONENT @ OPPONENT.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(OPPONENT @ np.full(3, 0.5), [0.5 * 3**0.5, 0, 0], atol=1e-6)


def test_repainted_images_have_the_palette():
    photographs, paintings = images(), images(2, 1, 24)
    palette = np.asarray(palette_of(paintings))
    flat = paintings.reshape(2, -1, 3).astype("float64") @ OPPONENT.T
    by_hand = np.concatenate([flat.mean(1), flat.std(1)], -1)
    np.testing.assert_allclose(palette, by_hand, rtol=1e-3)
    np.testing.assert_allclose(palette_of(repaint(photographs, palette)), palette, atol=1e-4)
    own = repaint(photographs, palette_of(photographs))
    np.testing.assert_allclose(own, photographs, atol=1e-4)


def test_stylists_begin_with_the_photograph_in_other_colours():
    photographs, paintings = images(), images(2, 1)
    stylist = PlainStylist("block2_conv1", "random", repaints=True)
    style = stylist.style(paintings)
    assert style.shape == (2, 2 * 128 + 6)
    made = stylist.image(stylist.content(photographs), style)
    np.testing.assert_allclose(made, repaint(photographs, palette_of(paintings)), atol=1e-5)
    stylist = VariationalStylist(7, 0.1, repaints=True)
    mean = stylist.style(tf.constant(paintings))
    code = tf.concat([code_of(palette_of(paintings)), mean[:, 6:]], -1)
    made = stylist.image(stylist.content(tf.constant(photographs)), code)
    np.testing.assert_allclose(made, repaint(photographs, palette_of(paintings)), atol=1e-4)
    np.testing.assert_allclose(mean[:, :6], code[:, :6], atol=1e-5)     # colours are not learned


def test_a_palette_is_six_numbers_of_the_order_of_one():
    palette = np.asarray(palette_of(images()))
    code = np.asarray(code_of(palette))
    by_hand = (np.concatenate([palette[:, :3], np.log(palette[:, 3:])], -1) - TYPICAL) / SPREAD
    np.testing.assert_allclose(code, by_hand, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(palette_from(code), palette, rtol=1e-4, atol=1e-5)
    far = np.asarray(palette_from(np.full((1, 6), 1e4, "float32")))
    assert np.isfinite(far).all() and far.max() < 1e3


def test_a_decoder_adds_strokes_and_loads_alone(tmp_path):
    net = build_repainting_decoder(7, 0.1)
    last = net.get_layer("decoder_row6_conv")
    last.set_weights([np.full(w.shape, 0.01, "float32") for w in last.get_weights()])
    content, style = np.random.default_rng(2).normal(size=(1, 2, 3, 26)), np.ones((1, 7))
    photograph = np.random.default_rng(3).uniform(-1, 1, (1, 16, 24, 3))
    made = np.asarray(net([content, photograph, style]))
    other = np.asarray(net([2 - content, photograph, style]))
    assert made.shape == photograph.shape and np.abs(made - other).max() > 1e-3
    save_model(tmp_path / "net.keras", net)
    loaded = keras.models.load_model(tmp_path / "net.keras")
    np.testing.assert_allclose(loaded([content, photograph, style]), made, atol=1e-5)

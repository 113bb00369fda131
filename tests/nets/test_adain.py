"""Adaptive instance norm against the specification, and the nets around it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.checkpoint import save_model
from framework.errors import UserError
from nets.adain import (
    adain,
    adaptive_instance_norm,
    build_content_encoder,
    build_decoder,
    build_style_decoder,
    build_style_encoder,
)
from nets.architectures.style import DECODED

X = np.arange(8, dtype="float32").reshape(1, 2, 2, 2)
Y = np.sin(np.arange(12, dtype="float32")).reshape(1, 2, 3, 2)
SIZE = 16


def test_adain_of_the_specification():
    expected = [-0.852843, -0.971592, -0.248901, -0.313555, 0.355040, 0.344482, 0.958982, 1.002519]
    np.testing.assert_allclose(np.ravel(adaptive_instance_norm(X, Y)), expected, atol=2e-6)


def test_adain_of_itself_changes_nothing():
    np.testing.assert_allclose(adaptive_instance_norm(Y, Y), Y, atol=1e-6)
    flat = np.full((1, 2, 2, 1), 3.0, "float32")
    np.testing.assert_allclose(adain(flat, 5.0, 2.0), np.full((1, 2, 2, 1), 5.0))


def test_samples_are_apart():
    content, style = np.concatenate([X, 3 - X**2]), np.concatenate([Y, Y**2])
    both = adaptive_instance_norm(content, style)
    for i in (0, 1):
        np.testing.assert_allclose(both[i:i + 1], adaptive_instance_norm(
            content[i:i + 1], style[i:i + 1]), atol=1e-5)


@pytest.mark.parametrize("layer, sides, parameters", [
    ("block4_conv1", 8, 9 * (512 * 256 + 3 * 256 * 256 + 256 * 128 + 128 * 128 + 128 * 64
                             + 64 * 64 + 64 * 3) + 4 * 256 + 2 * 128 + 2 * 64 + 3),
    ("block3_conv1", 4, 555_075), ("block2_conv1", 2, 9 * (128 * 64 + 64 * 64 + 64 * 3) + 131)])
def test_decoders_mirror_vgg(layer, sides, parameters):
    net = build_decoder(layer)
    made = net(np.zeros((2, 3, 4, DECODED[layer].channels), "float32"))
    assert made.shape == (2, 3 * sides, 4 * sides, 3) and net.count_params() == parameters


def test_a_layer_without_a_decoder():
    with pytest.raises(UserError, match="plain AdaIN decodes one of block4_conv1"):
        build_decoder("block5_conv1")


@pytest.fixture(scope="module")
def nets():
    keras.utils.set_random_seed(1)
    return (build_content_encoder(0.1), build_style_encoder(4, 0.1), build_style_decoder(4, 0.1))


def images(count=2):
    return np.random.default_rng(3).uniform(-1, 1, (count, SIZE, SIZE, 3)).astype("float32")


def test_shapes(nets):
    encode, style, decode = nets
    assert encode(images()).shape == (2, 2, 2, 26)
    assert [code.shape for code in style(images())] == [(2, 4), (2, 4)]
    assert decode([encode(images()), style(images())[0]]).shape == (2, SIZE, SIZE, 3)
    assert decode([np.zeros((1, 3, 5, 26), "float32"), np.zeros((1, 4))]).shape == (1, 24, 40, 3)


def test_content_forgets_brightness_and_contrast(nets):
    """What is left is the offset of the padding and the epsilon of the norm."""
    inner = build_content_encoder(0.1)
    first = keras.Model(inner.input, inner.get_layer("content_encoder_row1_relu").output)
    x = images()
    np.testing.assert_allclose(first(0.5 * x), first(x), atol=2e-3)


def test_log_variance_is_bounded(nets):
    _, log_variance = nets[1](1e6 * images())
    assert np.abs(log_variance).max() == 10


def test_decoder_starts_as_instance_norm_and_follows_the_style(nets):
    encode, _, decode = nets
    content = encode(images(1))
    one, other = (decode([content, tf.fill([1, 4], v)]) for v in (0.0, 1.0))
    assert 0 < np.abs(one - other).max() < 0.2 * np.abs(one).max()
    for v in decode.trainable_variables:
        if v.path.endswith("_sd/bias"):
            v.assign(v + 1.0)
    assert np.abs(decode([content, tf.zeros([1, 4])]) - one).max() > np.abs(one - other).max()


def test_gradients_reach_every_variable(nets):
    encode, style, decode = nets
    variables = [v for net in nets for v in net.trainable_variables]
    with tf.GradientTape() as tape:
        mean, log_variance = style(images())
        made = decode([encode(images()), mean + tf.exp(0.5 * log_variance)])
        loss = tf.reduce_mean(made**2)
    for v, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
        # A bias before an instance norm is taken out again by its mean.
        normed = v.path.endswith("bias") and "conv" in v.path and "decoder_row6" not in v.path
        plain = "style_encoder" in v.path
        assert gradient is not None and (normed and not plain or np.abs(gradient).max() > 0), v.path


def test_saved_nets_need_no_code_of_ours(nets, tmp_path):
    for i, net in enumerate(nets):
        save_model(tmp_path / f"{i}.keras", net)
        loaded = keras.saving.load_model(tmp_path / f"{i}.keras", compile=False)
        inputs = [np.ones((1, *(s or SIZE for s in x.shape[1:])), "float32") for x in net.inputs]
        found, expected = (keras.tree.flatten(m(inputs if len(inputs) > 1 else inputs[0]))
                           for m in (loaded, net))
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)

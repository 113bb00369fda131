"""The linear stylist: its matrices, the transformation by loops, and what is saved of it."""

import keras
import numpy as np
import pytest

from config.resolve import resolve
from framework.checkpoint import save_model
from nets.linear_style import COMPRESSED, LARGE, LinearStylist, apply_matrix, build_matrix
from trainers.style_vae import stylist_for

FLAGS = ["--gan_type", "style_vae", "--preset", "none", "--dataset", "glyph2edge",
         "--content_weight", "1", "--style_weight", "1", "--vgg_weights", "random",
         "--no_style_variance", "--transform", "linear", "--content_layers", "block2_conv1"]
K, C = COMPRESSED, 128


def image(height, width, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (1, height, width, 3)).astype("float32")


@pytest.fixture(scope="module")
def stylist():
    made = stylist_for(resolve(FLAGS))
    assert isinstance(made, LinearStylist) and made.latent_dim is None and made.multiple == 2
    return made


def test_a_matrix_is_applied_to_every_position():
    rng = np.random.default_rng(1)
    matrix, x = rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 4, 5, 3))
    made = np.asarray(apply_matrix(matrix.astype("float32"), x.astype("float32")))
    for b in range(2):
        for y in range(4):
            for z in range(5):
                np.testing.assert_allclose(made[b, y, z], matrix[b] @ x[b, y, z], rtol=1e-4,
                                           atol=1e-5)


def test_the_image_is_that_of_the_formula(stylist):
    photo, painting, nets = image(12, 16), image(10, 14, 1), stylist.nets
    assert sorted(nets) == ["compress", "content_matrix", "decoder", "style_matrix", "uncompress"]
    style = np.asarray(stylist.style(painting))
    assert style.shape == (1, K**2 + C)
    f_c, f_s = (np.asarray(stylist.vgg(each)[0]) / 127.5 for each in (photo, painting))
    mean_c, mean_s = (f.mean((1, 2), keepdims=True) for f in (f_c, f_s))
    m_c, m_s = (np.asarray(nets[name](f - mean))[0] for name, f, mean in (
        ("content_matrix", f_c, mean_c), ("style_matrix", f_s, mean_s)))
    np.testing.assert_allclose(style[0], np.r_[m_s.ravel(), mean_s.ravel()], rtol=1e-4, atol=1e-5)
    small = np.asarray(nets["compress"](f_c - mean_c))
    changed = np.zeros_like(small)
    for y in range(small.shape[1]):
        for x in range(small.shape[2]):
            changed[0, y, x] = m_s @ (m_c @ small[0, y, x])
    wanted = nets["decoder"](np.asarray(nets["uncompress"](changed)) + mean_s)
    made = stylist.image(stylist.content(photo), style)
    assert made.shape == photo.shape
    np.testing.assert_allclose(made, wanted, rtol=1e-3, atol=1e-3)


def test_a_mixture_of_styles_mixes_the_features(stylist):
    content = stylist.content(image(12, 12))
    a, b = (np.asarray(stylist.style(image(12, 12, seed))) for seed in (1, 2))
    apart = stylist.styled(content, a) - stylist.styled(content, b)
    both = stylist.styled(content, 0.3 * a + 0.7 * b)
    np.testing.assert_allclose(both, stylist.styled(content, b) + 0.3 * apart, rtol=1e-3, atol=0.05)
    assert np.abs(apart).max() > 1


def test_a_matrix_is_read_from_the_covariance():
    """It does not see where things are, and its dense layer begins near the identity."""
    net = build_matrix(8, "m")
    x = np.random.default_rng(0).normal(size=(2, 9, 6, 8)).astype("float32")
    made = np.asarray(net(x))
    assert made.shape == (2, K, K)
    np.testing.assert_allclose(made, np.stack([np.eye(K)] * 2), atol=0.1)
    seen = np.asarray(keras.Model(net.input, net.get_layer("m_row3_conv").output)(x), "float64")
    rows = seen.reshape(2, -1, K)
    covariance = np.einsum("bpi,bpj->bij", rows, rows) / (LARGE * rows.shape[1])
    kernel, bias = (np.asarray(w) for w in net.get_layer("m_dense").weights)
    np.testing.assert_allclose(made.reshape(2, -1), covariance.reshape(2, -1) @ kernel + bias,
                               rtol=1e-3, atol=1e-4)


def test_its_nets_load_in_plain_keras(stylist, tmp_path):
    x = np.random.default_rng(0).normal(size=(1, 6, 5, C)).astype("float32")
    save_model(tmp_path / "m.keras", stylist.nets["style_matrix"])
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "m.keras")(x),
                               stylist.nets["style_matrix"](x), rtol=1e-5)

"""Real NVP: both directions, the determinant, the masks."""

import keras
import numpy as np
import pytest

from framework.errors import UserError
from nets.flow import (
    CHANNELS,
    CHECKERBOARD,
    Settings,
    affine,
    build_flow,
    squeeze,
    standardise,
    unsqueeze,
)

SMALL = Settings(scales=1, couplings=2, width=0.05)
RNG = np.random.default_rng(0)


def some(shape, count=40):
    return RNG.uniform(-0.9, 0.9, (count, *shape)).astype("float32")


@pytest.fixture(scope="module", params=[(2,), (4, 4, 3)], ids=["points", "images"])
def flow(request):
    """A small flow whose couplings all do something, and what it was standardised by."""
    keras.utils.set_random_seed(0)
    found, x = build_flow(request.param, SMALL), some(request.param)
    standardise(found, x)
    for v in found.generator.trainable_variables:
        if v.path.split("/")[0] != "start":
            v.assign(v + RNG.normal(size=v.shape) * 0.05)
    return found, x


def test_the_generator_draws_what_the_encoder_read(flow):
    net, x = flow
    z, _ = net.encoder(x)
    assert z.shape == (len(x), x[0].size) and np.abs(z).max() > 1
    np.testing.assert_allclose(net.generator(z)["image"], x, atol=1e-4)


def test_the_encoder_reads_what_the_generator_drew_from(flow):
    net, x = flow
    z = 0.5 * np.asarray(net.encoder(x)[0])
    image = np.asarray(net.generator(z)["image"])
    inside = np.abs(image).reshape(len(x), -1).max(-1) < 1      # where the logit has digits left
    assert inside.sum() >= 20
    np.testing.assert_allclose(net.encoder(image)[0][inside], z[inside], atol=1e-4)


def test_the_determinant_is_that_of_the_jacobian(flow):
    """By central differences, so that nothing that the flow is made of takes part."""
    net, x = flow
    step, size = 2e-3, x[0].size
    moves = step * np.eye(size, dtype="float32").reshape(size, *x.shape[1:])
    for one in x[:3]:
        ends = [np.asarray(net.encoder(one + sign * moves)[0], np.float64) for sign in (1, -1)]
        _, expected = np.linalg.slogdet((ends[0] - ends[1]) / (2 * step))
        assert abs(expected) > 0.1
        assert float(net.encoder(one[None])[1][0]) == pytest.approx(expected, abs=2e-3 * size)


def test_both_directions_have_the_same_variables(flow):
    net, _ = flow
    ids = [{id(v) for v in model.variables} for model in (net.encoder, net.generator)]
    assert ids[0] == ids[1] and len(ids[0]) > 10


def test_it_starts_as_normal_as_its_data():
    net, x = build_flow((4, 4, 3), SMALL), some((4, 4, 3), 200)
    standardise(net, x)
    z = np.asarray(net.encoder(x)[0])
    np.testing.assert_allclose(z.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose(z.std(0), 1, atol=1e-3)


def test_a_squeeze_puts_four_neighbours_behind_each_other():
    h = np.arange(2 * 4 * 4 * 3, dtype="float32").reshape(2, 4, 4, 3)
    found = np.asarray(squeeze(h))
    assert found.shape == (2, 2, 2, 12)
    np.testing.assert_array_equal(found[1, 0, 1], np.concatenate(
        [h[1, 0, 2], h[1, 0, 3], h[1, 1, 2], h[1, 1, 3]]))
    np.testing.assert_array_equal(unsqueeze(found), h)


@pytest.mark.parametrize("mask, stays", [
    (CHECKERBOARD, lambda i, j: (i + j) % 2 == 0), (CHECKERBOARD[::-1], lambda i, j: (i + j) % 2),
    (CHANNELS, lambda i, j: i % 2 == 0)])
def test_what_a_coupling_leaves_and_reads(mask, stays):
    """Only what stays is read: the net here gives its sum."""
    def net(a):
        total = np.asarray(a).sum() * np.ones((1, 2, 2, 2), "float32")
        return 0.1 * total, total
    x = RNG.normal(size=(1, 4, 4, 1)).astype("float32")
    h, determinant = affine(net, mask).forward(squeeze(x))
    y, left = np.asarray(unsqueeze(h)), np.fromfunction(np.vectorize(stays), (4, 4)).astype(bool)
    total = x[0, ..., 0][left].sum()
    np.testing.assert_array_equal(y[0, ..., 0][left], x[0, ..., 0][left])
    np.testing.assert_allclose(y[0, ..., 0][~left],
                               x[0, ..., 0][~left] * np.exp(0.1 * total) + total, rtol=1e-5)
    assert float(determinant[0]) == pytest.approx(8 * 0.1 * total, rel=1e-5)


def test_sides_and_points_that_cannot_be_halved():
    with pytest.raises(UserError, match="12 cannot be halved so often: lower --flow_scales"):
        build_flow((12, 12, 3), Settings(scales=2))
    with pytest.raises(UserError, match="these have 3 numbers"):
        build_flow((3,), SMALL)

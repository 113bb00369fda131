"""Textures come nearer to their style under every kernel."""

import numpy as np
import pytest

from framework.errors import UserError
from style.embeddings import TEXTURE_KERNELS
from style.texture import synthesise

STYLE = np.kron(np.random.default_rng(0).uniform(-1, 1, (1, 10, 8, 3)),
                np.ones((1, 4, 4, 1))).astype("float32")
SETTINGS = dict(weights="random", layers=("block1_conv1", "block2_conv1"), size=(24, 28))


@pytest.mark.parametrize("kernel", TEXTURE_KERNELS)
def test_every_kernel(kernel):
    losses = []
    image = synthesise(STYLE, kernel=kernel, **SETTINGS, iterations=12,
                       progress=lambda done, total, loss: losses.append(loss))
    assert image.shape == (1, 24, 28, 3) and np.abs(image).max() <= 1
    assert losses[-1] < 0.8 * losses[0]


def test_the_seed_is_the_image():
    one, same, other = (synthesise(STYLE, **SETTINGS, iterations=1, seed=seed)
                        for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_colours_are_the_styles():
    red = np.full_like(STYLE, -1.0) + [1.8, 0.0, 0.2]
    image = synthesise(red.astype("float32"), **SETTINGS, iterations=60)
    np.testing.assert_allclose(image[0, 6:-6, 6:-6].mean((0, 1)), [0.8, -1, -0.8], atol=0.25)


def test_mistakes():
    with pytest.raises(UserError, match="gaussian draws a sample at each step, and lbfgs"):
        synthesise(STYLE, kernel="gaussian", optimizer="lbfgs", **SETTINGS)
    with pytest.raises(UserError, match="unknown kernel 'poly'; did you mean 'poly2'"):
        synthesise(STYLE, kernel="poly", **SETTINGS)
    with pytest.raises(UserError, match="are too small for the layers"):
        synthesise(STYLE[:, :8], **{**SETTINGS, "layers": ["block4_conv1", "block5_conv1"]})

"""Translators and patch discriminators: sizes, published counts, reflected edges, saved forms."""

from typing import Any

import keras
import numpy as np
import pytest

from framework.checkpoint import save_model
from framework.errors import UserError
from nets.architectures.translators import blocks_for, patch_critic, translator
from nets.padding import ReflectionPad
from nets.translators import build_patch_critic, build_translator


def convolution(kernel, before, after):
    """Weights and biases of a convolution, and two numbers for each channel of its norm."""
    return kernel**2 * before * after + after + 2 * after


def test_the_published_translator_has_so_many_weights():
    """c7s1-64, d128, d256, R256 six or nine times, u128, u64, c7s1-3 (appendix 7.2); the last has
    no norm."""
    outer = (convolution(7, 3, 64) + convolution(3, 64, 128) + convolution(3, 128, 256)
             + convolution(3, 256, 128) + convolution(3, 128, 64) + 7**2 * 64 * 3 + 3)
    rows = {side: translator(blocks_for(side)) for side in (64, 128, 129, 256)}
    assert [len(table) - 6 for table in rows.values()] == [6, 6, 9, 9]
    net = build_translator((16, 16, 3), blocks=6)
    assert net.count_params() == outer + 6 * 2 * convolution(3, 256, 256)
    assert net.output_shape == (None, 16, 16, 3)


@pytest.mark.parametrize("halvings, patch", [(1, 16), (2, 34), (3, 70), (4, 142)])
def test_a_score_is_of_its_patch(halvings, patch):
    """The field of a score by the sizes and strides of the rows, from the last on."""
    field = 1
    for row in reversed(patch_critic(halvings)):
        field = (field - 1) * row.stride + (row.kernel or 1)
    assert field == patch
    net = build_patch_critic((16, 16, 3), halvings=halvings, width=0.05)
    assert net.output_shape == (None, 16 // 2**halvings, 16 // 2**halvings, 1)


def test_edges_are_reflected():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    found = ReflectionPad(2)(x)
    np.testing.assert_array_equal(found, np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)), "reflect"))


def test_a_saved_translator_needs_plain_keras_alone(tmp_path):
    net = build_translator((8, 8, 3), blocks=1, width=0.03, upsampling="resize")
    x = np.random.default_rng(1).uniform(-1, 1, (2, 8, 8, 3)).astype("float32")
    save_model(tmp_path / "net.keras", net)
    again: Any = keras.models.load_model(tmp_path / "net.keras")
    assert not [layer for layer in again.layers if type(layer).__module__.startswith("nets")]
    np.testing.assert_allclose(again(x), net(x), atol=1e-5)
    assert np.abs(net(x)).max() <= 1


@pytest.mark.parametrize("shape", [(30, 32, 3), (4, 4, 3)])
def test_images_that_cannot_be_halved_twice_are_refused(shape):
    with pytest.raises(UserError, match="multiples of 4 from 8 on"):
        build_translator(shape, blocks=1)

"""The latent encoder's range, widths and refusals (its counts are in test_counts)."""

import numpy as np
import pytest

from framework.errors import UserError
from nets.encoder import build_encoder


@pytest.mark.parametrize("image_shape", [(32, 32, 3), (8, 8, 1), (2,)])
def test_one_latent_per_sample(image_shape):
    encoder = build_encoder(image_shape, 7, width=0.05)
    x = np.random.default_rng(0).uniform(-1, 1, (3, *image_shape)).astype("float32")
    together = encoder(x, training=False).numpy()
    assert together.shape == (3, 7)
    alone = np.concatenate([encoder(x[b:b + 1], training=False) for b in range(3)])
    np.testing.assert_allclose(together, alone, atol=1e-6)
    assert np.abs(together[0] - together[1]).max() > 1e-4


def test_latents_are_not_bounded():
    encoder = build_encoder((8, 8, 3), 2, width=0.05)
    encoder.trainable_variables[-1].assign([30.0, -40.0])
    recovered = encoder(np.zeros((1, 8, 8, 3), "float32"), training=False)
    np.testing.assert_allclose(recovered, [[30.0, -40.0]])


def test_images_too_small():
    with pytest.raises(UserError, match="too small"):
        build_encoder((7, 7, 3), 2)

"""Sizes from coarse to fine, and what one keeps of the next."""

import numpy as np

from style.scales import counted_on, detail, resized, sizes


def test_sizes():
    assert sizes(512, 384, 4) == [(64, 48), (128, 96), (256, 192), (512, 384)]
    assert sizes(512, 384, 2) == [(256, 192), (512, 384)]
    assert sizes(100, 130, 9) == [(50, 65), (100, 130)]
    assert sizes(127, 5, 9) == [(127, 5)] and sizes(512, 1, 9)[0] == (64, 1)


def test_detail_and_what_is_left_are_the_image():
    image = np.random.default_rng(0).uniform(-1, 1, (1, 12, 9, 3)).astype("float32")
    coarse = resized(image, (6, 4))
    assert coarse.shape == (1, 6, 4, 3) and resized(image, (12, 9)) is image
    np.testing.assert_allclose(resized(coarse, (12, 9)) + detail(image, (6, 4)), image, atol=1e-6)
    np.testing.assert_allclose(resized(image[:, :, :8], (6, 4)),
                               image[:, :, :8].reshape(1, 6, 2, 4, 2, 3).mean((2, 4)), atol=1e-6)


def test_steps_are_counted_on():
    seen = []
    counted_on(lambda *step: seen.append(step), 20, 60)(3, 10, 0.5)
    assert seen == [(23, 60, 0.5)] and counted_on(None, 1, 2) is None

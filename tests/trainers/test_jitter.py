"""Random cuts and mirror images against loops over the images."""

import cv2
import numpy as np
import tensorflow as tf

from framework.random import Random
from trainers.jitter import jittered


def test_each_image_is_enlarged_cut_and_perhaps_mirrored():
    images = np.random.default_rng(0).uniform(-1, 1, (12, 8, 6, 3)).astype("float32")
    found = jittered(tf.constant(images), 4, Random(5, 2)).numpy()
    draws = Random(5, 2).uniform([12, 3]).numpy()
    for image, made, (down, right, mirror) in zip(images, found, draws, strict=True):
        larger = cv2.resize(image, (10, 12), interpolation=cv2.INTER_LINEAR)
        top, left = int(5 * down), int(5 * right)
        part = larger[top:top + 8, left:left + 6]
        np.testing.assert_allclose(made, part[:, ::-1] if mirror < 0.5 else part, atol=1e-5)
    assert 2 <= (draws[:, 2] < 0.5).sum() <= 10 and len(set((5 * draws[:, 0]).astype(int))) > 2


def test_no_pixels_change_nothing():
    images = tf.zeros((2, 4, 4, 3))
    assert jittered(images, 0, Random(0, 0)) is images

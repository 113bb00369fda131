"""The image pool against a replay in plain Python, with the same random numbers."""

import numpy as np
import pytest
import tensorflow as tf

from framework.random import Random
from trainers.image_pool import ImagePool

SHAPE = (2, 2, 1)


def batches(count, size, seed=0):
    return np.random.default_rng(seed).normal(size=(count, size, *SHAPE)).astype("float32")


def replayed(kept, size, images, draws):
    """What the pool shows, image by image; `kept` is changed."""
    shown = []
    for image, (chance, place) in zip(images, draws, strict=True):
        if len(kept) < size:
            kept.append(image)
            shown.append(image)
        elif chance < 0.5:
            shown.append(kept[int(place * size)])
            kept[int(place * size)] = image
        else:
            shown.append(image)
    return np.stack(shown)


@pytest.mark.parametrize("size, batch", [(4, 1), (5, 3), (3, 8)])
def test_a_pool_is_the_replay(size, batch):
    pool, kept, swapped = ImagePool(size, SHAPE), [], 0
    for iteration, images in enumerate(batches(8, batch)):
        draws = Random(3, iteration).uniform([batch, 2]).numpy()
        shown = pool(tf.constant(images), Random(3, iteration)).numpy()
        np.testing.assert_array_equal(shown, replayed(kept, size, images, draws))
        np.testing.assert_array_equal(pool.images.numpy()[:len(kept)], np.stack(kept))
        assert int(pool.count.numpy()) == len(kept)
        swapped += int((shown != images).any((1, 2, 3)).sum())
    assert 0 < swapped < 8 * batch - size


def test_a_pool_without_a_size_is_none():
    pool, images = ImagePool(0, SHAPE), batches(1, 4)[0]
    assert pool.variables == [] and pool(images, Random(0, 0)) is images


def test_a_pool_goes_on_from_its_variables():
    first, second = ImagePool(4, SHAPE), ImagePool(4, SHAPE)
    several = batches(8, 2)
    for iteration in range(5):
        first(tf.constant(several[iteration]), Random(1, iteration))
    for mine, theirs in zip(second.variables, first.variables, strict=True):
        mine.assign(theirs)
    for iteration in range(5, 8):
        shown = [pool(tf.constant(several[iteration]), Random(1, iteration)).numpy()
                 for pool in (first, second)]
        np.testing.assert_array_equal(*shown)

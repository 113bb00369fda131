"""The distance at several scales, beside loops of numpy."""

import numpy as np

from losses.pyramid import pyramid_distance, without_contrast


def by_hand(x, y):
    """Mean over the levels of the mean squared difference of averages over squares."""
    values, side = [], 1
    while x.shape[0] // side >= 4:
        total, count = 0.0, 0
        for i in range(0, x.shape[0], side):
            for j in range(0, x.shape[1], side):
                for c in range(x.shape[2]):
                    a = x[i:i + side, j:j + side, c].mean()
                    b = y[i:i + side, j:j + side, c].mean()
                    total, count = total + (a - b)**2, count + 1
        values.append(total / count)
        side *= 2
    return np.mean(values)


def test_it_is_the_mean_over_the_scales():
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-1, 1, (2, 3, 16, 16, 2))
    found = np.asarray(pyramid_distance(x.astype("float32"), y.astype("float32")))
    np.testing.assert_allclose(found, [by_hand(a, b) for a, b in zip(x, y, strict=True)], rtol=1e-5)


def test_strokes_apart_are_told_by_the_coarse_levels():
    """Pixels call a stroke 4 beside the place as unlike as one 12 beside it."""
    at = {}
    for shift in (0, 4, 12):
        image = np.full((1, 32, 32, 1), -1, np.float32)
        image[:, 8:24, 8 + shift:10 + shift] = 1
        at[shift] = image
    near, far = (float(pyramid_distance(at[0], at[shift])[0]) for shift in (4, 12))
    assert np.square(at[0] - at[4]).mean() == np.square(at[0] - at[12]).mean()
    assert 0 < near < 0.95 * far


def test_contrast_and_colour_do_not_count_and_a_plain_image_stays_plain():
    image = np.random.default_rng(1).uniform(-1, 1, (1, 8, 8, 3)).astype("float32")
    found = np.asarray(without_contrast(image))
    np.testing.assert_allclose(found.mean((1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(np.square(found).mean(), 1, rtol=0.01)
    changed = 0.5 * image + np.array([0.3, -0.2, 0.1], np.float32)
    np.testing.assert_allclose(without_contrast(changed), found, atol=0.02)
    np.testing.assert_array_equal(without_contrast(np.full((1, 8, 8, 3), 0.5, np.float32)), 0)

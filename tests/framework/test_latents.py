"""Latents: their distribution, and streams that do not meet."""

import numpy as np
import pytest

from framework.latents import Stream, latents


@pytest.mark.parametrize("distribution, mean_square", [("uniform", 1 / 3), ("normal", 1.0)])
def test_the_first_two_moments(distribution, mean_square):
    """100,000 numbers: five standard errors of the mean and of the mean square."""
    z = np.array(latents(distribution, 1000, 100, 3, Stream.SAMPLES), float)
    count, fourth = z.size, {"uniform": 1 / 5, "normal": 3.0}[distribution]
    assert abs(z.mean()) < 5 * (mean_square / count) ** 0.5
    assert abs((z**2).mean() - mean_square) < 5 * ((fourth - mean_square**2) / count) ** 0.5
    assert z.dtype == float and (distribution == "normal" or np.abs(z).max() <= 1)


def test_a_stream_is_the_same_each_time_and_unlike_the_others():
    drawn = [np.array(latents("normal", 4, 3, 5, stream)) for stream in Stream]
    for stream, z in zip(Stream, drawn, strict=True):
        np.testing.assert_array_equal(z, latents("normal", 4, 3, 5, stream))
    for k, z in enumerate(drawn):
        for other in drawn[k + 1:]:
            assert np.abs(z - other).min() > 0
    assert np.abs(drawn[0] - np.array(latents("normal", 4, 3, 6, Stream.SAMPLES))).min() > 0

"""Weight differences from equal starts."""

import numpy as np
import pytest

from figures.weights import draw


@pytest.mark.slow
def test_both_start_equal_and_the_uncoupled_weights_part_faster():
    """CoGAN's generators differ in the last row alone, so its sum has fewer terms."""
    columns = draw(iterations=4, limit=64).columns
    np.testing.assert_array_equal(columns["iteration"], np.arange(5))
    assert columns["CoGAN"][0] == columns["SCoGAN-FR"][0] == 0
    assert columns["SCoGAN-FR"][-1] > 2 * columns["CoGAN"][-1] > 0

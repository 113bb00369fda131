"""Images of three distances: from the same start, apart after a few steps."""

import numpy as np
import pytest

from figures.ipm import CASES, draw


@pytest.mark.slow
def test_figure():
    figure = draw(iterations=2, limit=40)
    columns = figure.columns
    assert list(columns) == ["part", "iteration", "real", "fake"]
    assert columns["iteration"].tolist() == [0, 2] * 3 and set(columns["part"]) == set(CASES)
    real = columns["real"].reshape(3, 2)
    assert np.ptp(real[:, 0]) == 0 < np.ptp(real[:, 1])
    assert figure.picture.std() > 5

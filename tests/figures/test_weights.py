"""Weight differences from equal starts."""

import numpy as np
import pytest

from figures import weights
from figures.weights import draw
from framework.errors import UserError


def test_the_full_setting_is_the_presets_as_they_are(monkeypatch):
    asked = []
    monkeypatch.setattr(weights, "weight_differences", lambda preset, flags, iterations: (
        asked.append((preset, flags, iterations)) or np.arange(iterations + 1.0)))
    assert len(draw(full=True, data_dir="D").columns["iteration"]) == 4001
    assert len(draw().columns["iteration"]) == 501
    draw(iterations=7, full=True)
    small = [*weights.SMALL_RUN_FLAGS, "--limit_data", "5000"]
    assert asked[::2] == [("3-mnist2edge-cogan", ["--data_dir", "D"], 4000),
                          ("3-mnist2edge-cogan", small, 500), ("3-mnist2edge-cogan", [], 7)]


def test_a_folder_without_the_full_setting():
    with pytest.raises(UserError, match="data_dir belongs to --full"):
        draw(data_dir="D")


@pytest.mark.slow
def test_both_start_equal_and_the_uncoupled_weights_part_faster():
    """CoGAN's generators differ in the last row alone, so its sum has fewer terms; both of
    SCoGAN-FR's differ in all but the dense row."""
    columns = draw(iterations=4, limit=64).columns
    np.testing.assert_array_equal(columns["iteration"], np.arange(5))
    assert columns["CoGAN"][0] == columns["SCoGAN-FR"][0] == 0
    assert 20 > columns["SCoGAN-FR"][-1] / columns["CoGAN"][-1] > 1.3

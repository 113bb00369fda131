"""The names of `metrics` and what they import."""

import subprocess
import sys

import pytest

import metrics

QUIET = """
import sys, metrics
from metrics import backbones, features, frechet, kernel, lpips, manifold, torchfile, wasserstein
for name in metrics.__all__:
    assert callable(getattr(metrics, name)), name
assert metrics.fid([1, 2], [1, 2]) == 0
assert metrics.sliced_wasserstein([1, 2], [2, 3]) == 1
assert not {"tensorflow", "keras"} & set(sys.modules)
"""


def test_names_come_without_tensorflow():
    subprocess.run([sys.executable, "-c", QUIET], check=True)


def test_names():
    assert set(metrics.__all__) == {"LPIPS", "fid", "kid", "sliced_wasserstein", "pair_agreement"}
    with pytest.raises(AttributeError, match="ssim"):
        metrics.ssim  # noqa: B018

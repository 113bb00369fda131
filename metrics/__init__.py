"""Measures of a trained run.

The names below are imported at their first use; TensorFlow comes with the first net.
"""

from importlib import import_module
from typing import Any

MODULES = {"LPIPS": "metrics.lpips", "fid": "metrics.frechet", "kid": "metrics.kernel",
           "sliced_wasserstein": "metrics.wasserstein", "pair_agreement": "metrics.agreement"}
__all__ = tuple(MODULES)


def __getattr__(name: str) -> Any:
    if name not in MODULES:
        raise AttributeError(f"module 'metrics' has no attribute {name!r}")
    return getattr(import_module(MODULES[name]), name)

"""Which form of a product is taken, by its shape and by the library's kernels.

A rule and no measurement on the spot: no other choice made an iteration faster beyond the noise
(docs/speed.md), products that are timed for milliseconds differ by a factor from minute to minute,
and a rule repeats exactly.
"""

from typing import NamedTuple

import tensorflow as tf

from framework.processor import uses_onednn

MIN_WEIGHTS_FOR_TAPS = 2**22    # size of a kernel that is too large for the caches
MAX_IMAGE_CHANNELS = 4          # maps of at most so many channels count as images


class Case(NamedTuple):
    """A product of small maps [B, height, width, channels], large ones with `filters` channels and
    a kernel [size, size, filters, channels]; which of the three, and its stride."""

    product: str
    height: int
    width: int
    channels: int
    filters: int
    size: int
    stride: int


def chosen(case: Case) -> str:
    """The name of the form in `nets.convolution.forms.FORMS`; on a GPU always the library's."""
    if tf.config.list_physical_devices("GPU"):
        return "library"
    return onednn_rule(case) if uses_onednn() else eigen_rule(case)


def onednn_rule(case: Case) -> str:
    """Taps for maps of at most 4x4 and a large kernel; blocks where an image is made."""
    if _large_kernel_on_small_maps(case):
        return "taps"
    image = case.product == "transpose" and case.filters <= MAX_IMAGE_CHANNELS
    return "blocks" if image else "library"


def eigen_rule(case: Case) -> str:
    """Taps also for other transposed convolutions of maps of at most 16x16, which TensorFlow's own
    kernels compute at a third of what they reach in a convolution."""
    transposed = case.product == "transpose" and case.filters > MAX_IMAGE_CHANNELS
    return "taps" if _large_kernel_on_small_maps(case) or (
        transposed and max(case.height, case.width) <= 16) else "library"


def _large_kernel_on_small_maps(case: Case) -> bool:
    weights = case.size**2 * case.channels * case.filters
    return max(case.height, case.width) <= 4 and weights >= MIN_WEIGHTS_FOR_TAPS

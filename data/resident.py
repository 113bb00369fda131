"""Keeps images on the GPU, so that batches are gathered there instead of copied from the host.

A processor needs nothing of this: its memory is the host's. Tested on the processor only, with
the same program that XLA makes for a GPU.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from data.domain import Domain
from framework.lazy import Lazy
from framework.tensors import Tensor

tf = Lazy("tensorflow")

# Of all domains together. TensorFlow does not tell how much memory a GPU has; of 8 GiB this leaves
# three quarters to the nets.
MAX_RESIDENT_BYTES = 2 * 2**30


class OnDevice:
    """Images [N, ...] on `device`: `images[int array [n]]` is a tensor [n, ...] there, with
    the same bits as the array's rows. Indices are in 0 .. N - 1.

    The types for which `tf.gather` has a GPU kernel differ between versions. For another type soft
    placement would copy all images to the host at each call. So on a GPU the gather is an XLA
    program, which runs on the device as a whole or raises tf.errors.OpError. Too little memory
    raises it also. jit_compile: whether to use XLA; None: on every device but the processor.
    """

    def __init__(self, images: np.ndarray, device: str, jit_compile: bool | None = None):
        self.shape, self.dtype, self.device = images.shape, images.dtype, device
        self._gather = tf.function(
            lambda kept, which: tf.gather(kept, which), autograph=False,
            jit_compile="CPU" not in device if jit_compile is None else jit_compile)
        with tf.device(device):
            self._kept = tf.constant(images)
        if not self._kept.device.endswith(device):
            raise tf.errors.UnimplementedError(None, None, f"{self.dtype} is not kept on {device}")

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: np.ndarray) -> Tensor:
        with tf.device(self.device):
            return self._gather(self._kept, tf.constant(which, tf.int64))


def keep_on_device(domains: Sequence[Domain], device: str | None) -> tuple[Domain, ...]:
    """Returns `domains` with their images `OnDevice`; labels stay on the host.

    A domain whose images are no array in memory does not change. No domain changes if there is no
    device, if all arrays together exceed MAX_RESIDENT_BYTES, or if the device does not take them,
    which is printed.
    """
    held = [d for d in domains if type(d.images) is np.ndarray]         # a memmap is a file
    if device is None or sum(d.images.nbytes for d in held) > MAX_RESIDENT_BYTES:
        return tuple(domains)
    try:
        kept = {id(d): replace(d, images=OnDevice(d.images, device)) for d in held}
        for d in kept.values():
            d.images[np.arange(1)]
    except tf.errors.OpError as error:
        print(f"images stay in the host's memory ({' '.join(error.message.split())[:200]})")
        return tuple(domains)
    return tuple(kept.get(id(d), d) for d in domains)

"""Images in memory kept on the GPU, so that a batch is gathered there and not copied over.

On the processor there is nothing to do: the host's memory is the device's. Tested on the
processor only, with the same program that XLA makes for a GPU.
"""

from dataclasses import replace

import numpy as np

from framework.lazy import Lazy

tf = Lazy("tensorflow")

# Bytes of all domains together. TensorFlow does not say how much memory a GPU has; of 8 GiB this
# leaves three quarters to the nets.
MAX_RESIDENT_BYTES = 2 * 2**30


class OnDevice:
    """Images [N, ...] on `device`: `images[int array [n]]` is a tensor [n, ...] there, of the same
    bits as the array's. Indices are in 0 .. N - 1.

    Which types `tf.gather` has a GPU kernel for differs between versions, and where one lacks
    soft placement copies all images to the host at each call. So on a GPU the gather is an XLA
    program (`jit_compile`, by default wherever the device is not the processor), which is made for
    the device as a whole or raises tf.errors.OpError. Raises it also where memory is short.
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

    def __getitem__(self, which: np.ndarray):
        with tf.device(self.device):
            return self._gather(self._kept, tf.constant(which, tf.int64))


def keep_on_device(domains, device: str | None) -> tuple:
    """`domains` for `data.batches.Batches`, those in memory `OnDevice`; labels stay on the host.

    As they are: all without a device or where the arrays have more than MAX_RESIDENT_BYTES bytes together or
    the device does not take them (which is said), and each whose images are not an array in memory.
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

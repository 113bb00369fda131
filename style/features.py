"""Activations of one image, computed in strips of rows so that large images fit in memory.

A strip reads a margin above and below as wide as a feature's receptive field, so that what is
kept of it equals the activations of the whole image.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from nets.vgg import FILTERS, VGGFeatures, layers_down_to, to_vgg

ops = Lazy("keras.ops")
tf = Lazy("tensorflow")

RGB = "rgb"
STRIP = 2**30                       # bytes that a strip may take where no limit is given
PER_PIXEL = 1600                    # bytes of activations and their gradients; 1430 measured


class Strip(NamedTuple):
    """The `rows` of features that a strip yields, the `pixels` that they are read from, and how
    many rows of features to drop above them."""

    rows: slice
    pixels: slice
    dropped: int


class Extractor:
    """Phi of one layer: image [1, H, W, 3] in [-1, 1] -> activations [1, h, w, C].

    layer: a layer of VGG-19, or "rgb" for the pixels as VGG takes them. weights, pooling: see
    `nets.vgg.VGGFeatures`. memory_limit: bytes that an evaluation may take; UserError where a
    single row takes more.
    """

    def __init__(self, layer: str, weights="imagenet", pooling: str = "max",
                 memory_limit: int | None = None):
        self.layer, self.memory_limit = layer, memory_limit
        self.names = [] if layer == RGB else layers_down_to([layer], "vgg19")
        self.scale = 2 ** sum(name.endswith("pool") for name in self.names)
        self.net = None if layer == RGB else vgg((layer,), weights, "vgg19", pooling)
        self._newest = (None, None)
        self._compiled = tf.function(self.strip, autograph=False, input_signature=[anything()])

    def strip(self, pixels):
        """The activations of `pixels`, in one piece."""
        return to_vgg(pixels) if self.net is None else self.net(pixels)[0]

    def __call__(self, image: np.ndarray):
        """The activations of `image`; those of the last image are remembered, as a film is drawn
        in one style. Raises UserError where it is too small to be pooled."""
        if self._newest[0] is not image:
            self._newest = image, self.compute(image)
        return self._newest[1]

    def compute(self, image: np.ndarray):
        """The activations of `image`, not remembered."""
        height, width = image.shape[1:3]
        parts = [self._compiled(image[:, strip.pixels])[:, strip.dropped:][
            :, :strip.rows.stop - strip.rows.start]
            for strip in self.strips(height, width, held=2 * self.size(height, width))]
        return ops.concatenate(parts, 1)

    def size(self, height: int, width: int) -> int:
        """Bytes of the activations of an image of this size."""
        channels = FILTERS[int(self.layer[len("block")]) - 1] if self.names else 3
        return 4 * (height // self.scale) * (width // self.scale) * channels

    def strips(self, height: int, width: int, held: int = 0) -> list[Strip]:
        """The strips of an image of this size. held: bytes that are taken already. Raises
        UserError where it is too small to be pooled, or `held` and one row of features take more
        than the memory limit."""
        if self.net is not None:
            self.net.check_image_size(height, width)
        margin, total = self._margin(), height // self.scale
        budget = (STRIP if self.memory_limit is None else self.memory_limit - held) // (
            PER_PIXEL * width)
        if height <= budget:
            return [self._strip(0, total, total, height, margin)]
        rows = max((budget - 2 * margin) // self.scale, 1)
        if self.memory_limit is not None and budget < min(height, 2 * margin + self.scale):
            least = math.ceil((held + (2 * margin + self.scale) * PER_PIXEL * width) / 2**20)
            raise UserError(f"the activations {self.layer} of an image of {width}x{height} need "
                            f"{least} MiB, and the memory limit is "
                            f"{self.memory_limit / 2**20:.0f} MiB")
        return [self._strip(first, min(first + rows, total), total, height, margin)
                for first in range(0, total, rows)]

    def _strip(self, first, last, total, height, margin):
        top = max(0, first * self.scale - margin)
        bottom = height if last == total else min(height, last * self.scale + margin)
        return Strip(slice(first, last), slice(top, bottom), first - top // self.scale)

    def _margin(self):
        """Pixels beyond its own that a feature is read from, in whole features: one for each 3x3
        convolution, at the scale of its block."""
        reach = sum(2 ** (int(name[len("block")]) - 1) for name in self.names if "conv" in name)
        return math.ceil(reach / self.scale) * self.scale


def anything():
    """The signature of an image of any size, for functions compiled once."""
    return tf.TensorSpec([1, None, None, 3], tf.float32)


@lru_cache(maxsize=4)
def vgg(layers: tuple, weights, net: str = "vgg19", pooling: str = "max") -> VGGFeatures:
    """`nets.vgg.VGGFeatures`, each made once."""
    return VGGFeatures(layers, weights, net, pooling)


def positions(layer: str, height: int, width: int) -> tuple[int, int]:
    """Height and width of `layer` for an image of this size; needs no TensorFlow."""
    pools = 0 if layer == RGB else sum(n.endswith("pool") for n in layers_down_to([layer], "vgg19"))
    return height >> pools, width >> pools

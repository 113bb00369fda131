"""Activations of one image, computed in strips of rows so that large images fit in memory.

A strip is computed with a margin above and below as wide as a feature's receptive field, and
the margin is dropped: what remains equals the activations of the whole image.
"""

import math
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from tqdm import tqdm

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.vgg import (
    FILTERS,
    VGGFeatures,
    check_weights,
    convolution_names,
    held_layers,
    layers_down_to,
    stand_ins,
    to_vgg,
)

if TYPE_CHECKING:
    from tensorflow import TensorSpec

ops = Lazy("keras.ops")
tf = Lazy("tensorflow")

RGB = "rgb"
DEFAULT_STRIP_BYTES = 2**30         # of one strip where no memory limit is given
BYTES_PER_PIXEL = 1600              # of activations and their gradients; 1430 measured


class Strip(NamedTuple):
    """One strip: the `rows` of features that it gives, the rows of `pixels` that they are computed
    from, and the number of rows of features `dropped` at the top."""

    rows: slice
    pixels: slice
    dropped: int


class FeatureStrips:
    """Computes the activations Phi [1, h, w, C] of one layer for an image [1, H, W, 3] in [-1, 1].

    layer: a layer of VGG-19, or "rgb" for the pixels as VGG reads them. weights, pooling: see
    `nets.vgg.VGGFeatures`. memory_limit: bytes that an evaluation may take; UserError if a
    single row needs more.
    """

    bytes_per_pixel, strip_bytes = BYTES_PER_PIXEL, DEFAULT_STRIP_BYTES

    def __init__(self, layer: str, weights: str | Path = "imagenet", pooling: str = "max",
                 memory_limit: int | None = None):
        self.layer, self.memory_limit = layer, memory_limit
        self.names = [] if layer == RGB else layers_down_to([layer], "vgg19")
        self.scale = 2 ** sum(name.endswith("pool") for name in self.names)
        self.net = None if layer == RGB else vgg(self.read_layers(), weights, "vgg19", pooling)
        self._newest: tuple[np.ndarray, Tensor] | None = None
        self._compiled = tf.function(self.strip, autograph=False,
                                     input_signature=[any_image_spec()])

    def read_layers(self) -> tuple[str, ...]:
        """The layers whose activations `strip` needs."""
        return (self.layer,)

    def strip(self, pixels: Tensor) -> Tensor:
        """Computes the activations of `pixels` in one piece."""
        return to_vgg(pixels) if self.net is None else self.net(pixels)[0]

    def __call__(self, image: np.ndarray) -> Tensor:
        """Computes the activations of `image`. Those of the last image are cached, since all
        frames of a film have one style. Raises UserError if the image is too small for pooling."""
        if self._newest is None or self._newest[0] is not image:
            self._newest = image, self.compute(image)
        return self._newest[1]

    def compute(self, image: np.ndarray, held: int = 0) -> Tensor:
        """Computes the activations of `image` without the cache. held: bytes of the memory limit
        that are in use already."""
        height, width = image.shape[1:3]
        parts = [self._compiled(image[:, strip.pixels])[:, strip.dropped:][
            :, :strip.rows.stop - strip.rows.start]
            for strip in self.strips(height, width, held + 2 * self.size(height, width))]
        return ops.concatenate(parts, 1)

    def size(self, height: int, width: int) -> int:
        """The bytes of the activations of an image of this size."""
        channels = FILTERS[int(self.layer[len("block")]) - 1] if self.names else 3
        return 4 * (height // self.scale) * (width // self.scale) * channels

    def strips(self, height: int, width: int, held: int = 0) -> list[Strip]:
        """Divides an image of this size into strips. held: bytes that are in use already. Raises
        UserError if the image is too small for pooling, or if `held` and one row of features need
        more than the memory limit."""
        if self.net is not None:
            self.net.check_image_size(height, width)
        margin, total = self._margin(), height // self.scale
        limit = self.strip_bytes if self.memory_limit is None else self.memory_limit - held
        budget = limit // (self.bytes_per_pixel * width)      # rows of pixels
        if height <= budget:
            return [self._strip(0, total, total, height, margin)]
        rows = max((budget - 2 * margin) // self.scale, 1)
        if self.memory_limit is not None and budget < min(height, 2 * margin + self.scale):
            least = math.ceil((held + (2 * margin + self.scale) * self.bytes_per_pixel * width)
                              / 2**20)
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
        """Pixels beyond its own that a feature depends on, rounded up to whole features: one for
        each 3x3 convolution, at the scale of its block."""
        reach = sum(2 ** (int(name[len("block")]) - 1) for name in self.names if "conv" in name)
        return math.ceil(reach / self.scale) * self.scale


def any_image_spec() -> "TensorSpec":
    """The signature of an image of any size, for functions that are compiled once."""
    return tf.TensorSpec([1, None, None, 3], tf.float32)


@lru_cache(maxsize=4)
def vgg(layers: tuple[str, ...], weights: str | Path, net: str = "vgg19",
        pooling: str = "max") -> VGGFeatures:
    """Builds `nets.vgg.VGGFeatures`; the last four are cached."""
    return VGGFeatures(layers, weights, net, pooling)


@lru_cache(maxsize=16)
def layers_at_hand(layers: tuple[str, ...], weights: str | Path | None, net: str = "vgg19",
                   fewer: bool = False) -> tuple[str, ...]:
    """The usual `layers` of a method, as far as `weights` hold them: for a file that lacks the
    deepest, its own deepest convolution stands for those, which a line on standard error says
    once. fewer: they are left out instead, unless none remains. Needs no TensorFlow. Raises
    UserError for a file without any layer of `net`."""
    held = held_layers(weights, net)
    if not held:
        check_weights(str(weights), layers, net)
    there = tuple(name for name in layers if name in held)
    if lacking := ", ".join(name for name in layers if name not in held):
        what = f"without {lacking}" if fewer and there else f"which stands for {lacking}"
        tqdm.write(f"{weights} ends at {convolution_names(held)[-1]}, {what}", file=sys.stderr)
    return there if fewer and there else stand_ins(layers, held)


def layer_size(layer: str, height: int, width: int) -> tuple[int, int]:
    """The height and width of `layer` for an image of this size; needs no TensorFlow."""
    pools = 0 if layer == RGB else sum(n.endswith("pool") for n in layers_down_to([layer], "vgg19"))
    return height >> pools, width >> pools


def mixed(target: Tensor, own: Tensor, strength: float) -> Tensor:
    """`strength` times `target` [1, h, w, C] plus the rest of the content's `own` activations,
    which may have more rows and columns."""
    if strength == 1:
        return target
    return strength * target + (1 - strength) * own[:, :target.shape[1], :target.shape[2]]

"""The inverse network: activations of VGG-19 back to images (Chen's thesis, appendix B)."""

from typing import Any

import keras
import numpy as np
from keras import layers

from framework.lazy import Lazy
from framework.pixels import LEVELS
from framework.tensors import Tensor
from nets.architectures import Architecture, replace_padding
from nets.architectures.style import CHANNELS, DECODED, INVERSE_NETWORK, INVERTED
from nets.build import convolve
from nets.layers import ZEROS

ops = Lazy("keras.ops")
tf = Lazy("tensorflow")

SIDE = DECODED[INVERTED].multiple       # pixels of the square that a position of relu3_1 stands for
CARRIED = 3 * SIDE**2                   # channels that hold such a square


def build_inverse(width: float = 1.0, precision: str | None = None, padding: str = "same",
                  norm: str | None = "instance", repaints: bool = False) -> keras.Model:
    """f: activations [B, h, w, 256] of relu3_1 -> images [B, 4h, 4w, 3], nominally in [-1, 1].

    Activations can have any size. Images are not bounded: only eq. 4.7 keeps the pixels in
    range. width: factor on all filters but the image's. padding: "same" (zeros) or "reflect".
    norm: "instance" as in the thesis, or None: it takes out how strong an activation is in all of
    the image, by which colours are known. repaints: behind the activations it reads `squares`, 48
    channels more, and the image is these and what it draws, which is nothing in the beginning;
    not in the thesis.
    """
    rows = tuple(row._replace(norm=row.norm and norm) for row in INVERSE_NETWORK)
    table = Architecture(replace_padding(rows, padding), initializer="orthogonal")
    x: Any = keras.Input((None, None, CHANNELS + CARRIED * repaints), name="x")
    scale = layers.Rescaling(1 / LEVELS, name="levels")     # VGG reads pixels of 0..255
    if not repaints:
        read = x if norm else scale(x)
        return keras.Model(x, convolve(table, read, width, "inverse", precision), name="inverse")
    activations, carried = x[..., :CHANNELS], x[..., CHANNELS:]
    read = ops.concatenate([scale(activations), carried], -1)
    drawn = convolve(table, read, width, "inverse", precision, ZEROS)
    return keras.Model(x, _laid_out(carried) + drawn, name="inverse")


def squares(images: Tensor) -> Tensor:
    """The pixels of images [B, H, W, 3] as channels of what lies at relu3_1, [B, h, w, 48]; rows
    and columns that make no whole square are left out, as VGG's pooling does."""
    height, width = (side // SIDE * SIDE for side in images.shape[1:3])
    return tf.nn.space_to_depth(images[:, :height, :width], SIDE)


def window(patch_size: int) -> np.ndarray:
    """The weights [patch_size, patch_size, 48] of the pixels of a patch of `squares` where it
    overlaps others: they fall to nothing towards its edges. With equal ones the image would have a
    seam wherever a patch ends, which is between any two squares."""
    side = patch_size * SIDE
    ramp = 1 - np.abs((2 * np.arange(side, dtype="float32") + 1) / side - 1)
    cells = np.outer(ramp, ramp).reshape(patch_size, SIDE, patch_size, SIDE).swapaxes(1, 2)
    return np.repeat(cells.reshape(patch_size, patch_size, -1), 3, -1)


def _laid_out(carried: Tensor) -> Tensor:
    """The image of `squares`, by a transposed convolution that never learns."""
    kernel = np.eye(CARRIED, dtype="float32").reshape(SIDE, SIDE, 3, CARRIED)
    spread = layers.Conv2DTranspose(3, SIDE, SIDE, use_bias=False, name="squares", trainable=False,
                                    dtype="float32")
    image = spread(carried)
    spread.set_weights([kernel])
    return image

"""The inverse network: activations of VGG-19 back to images (Chen's thesis, appendix B)."""

import keras

from nets.architectures import Architecture
from nets.architectures.style import CHANNELS, INVERSE_NETWORK
from nets.build import build_convolutional


def build_inverse(width: float = 1.0, precision: str | None = None) -> keras.Model:
    """f: activations [B, h, w, 256] of relu3_1 -> images [B, 4h, 4w, 3], nominally in [-1, 1].

    Activations can have any size. Images are not bounded: only eq. 4.7 keeps the pixels in
    range. width: factor on all filters but the image's.
    """
    table = Architecture(INVERSE_NETWORK, initializer="orthogonal")
    return build_convolutional(table, CHANNELS, width, "inverse", precision)

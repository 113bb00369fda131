"""The inverse network: activations of VGG-19 back to images (Chen's thesis, appendix B)."""

import keras

from nets.architectures import Architecture, replace_padding
from nets.architectures.style import CHANNELS, INVERSE_NETWORK
from nets.build import build_convolutional


def build_inverse(width: float = 1.0, precision: str | None = None, padding: str = "same",
                  norm: str | None = "instance") -> keras.Model:
    """f: activations [B, h, w, 256] of relu3_1 -> images [B, 4h, 4w, 3], nominally in [-1, 1].

    Activations can have any size. Images are not bounded: only eq. 4.7 keeps the pixels in
    range. width: factor on all filters but the image's. padding: "same" (zeros) or "reflect".
    norm: "instance" as in the thesis, or None: it takes out how strong an activation is in all of
    the image, by which colours are known.
    """
    rows = tuple(row._replace(norm=row.norm and norm) for row in INVERSE_NETWORK)
    table = Architecture(replace_padding(rows, padding), initializer="orthogonal")
    return build_convolutional(table, CHANNELS, width, "inverse", precision)

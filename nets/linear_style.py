"""Style as a learned linear transformation of VGG's features: Li et al. 2018, "Learning Linear
Transformations for Fast Arbitrary Style Transfer".

In closed form the transformation that gives features the style's covariance needs a singular value
decomposition of each image (`nets.whitening`). Here two small nets read its two halves.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.style import LEVELS
from nets.architectures import Architecture, Row
from nets.architectures.style import DECODED, RELU
from nets.build import build_convolutional
from nets.palette import palette_of
from nets.stylist import Content, PlainStylist

ops = Lazy("keras.ops")

COMPRESSED = 32                 # channels between which the transformation is
# Over it covariances are, so that a step of 1e-3 of all weights moves a matrix by about 0.01.
LARGE = 256
_ONES: Any = np.eye(COMPRESSED).ravel().tolist()
IDENTITY = keras.initializers.Constant(_ONES)


class LinearStylist(PlainStylist):
    """Its styles are matrices M_s and means of a layer's features, [B, k^2 + C] with k COMPRESSED.
    A mixture of styles is the sum of w_k times what each makes of the features.

    With centred features f - mean(f), E compressing C channels to k and U back:
    U(M_s M_c E(f_c - mean(f_c))) + mean(f_s) is decoded; M_c and M_s are read from the covariance
    of what a convolutional net sees in the centred features of content and style.

    nets: the Keras models "decoder", "content_matrix", "style_matrix", "compress", "uncompress".
    """

    def __init__(self, layer: str, weights: str | Path | None, net: str = "vgg19",
                 precision: str = "float32", padding: str = "same", repaints: bool = False):
        super().__init__(layer, weights, net, precision, padding, repaints)
        channels = DECODED[layer].channels
        self.nets |= {name: build_matrix(channels, name, precision, padding)
                      for name in ("content_matrix", "style_matrix")}
        for name, inputs, outputs in (("compress", channels, COMPRESSED),
                                      ("uncompress", COMPRESSED, channels)):
            table = Architecture((Row("conv", outputs, 1),), initializer="xavier")
            self.nets[name] = build_convolutional(table, inputs, name=name, precision=precision)

    def style_of(self, features: Tensor, images: Tensor) -> Tensor:
        """The matrix and mean of images [B, H, W, 3] whose features [B, h, w, C] are known,
        [B, k^2 + C], and behind them the colours', [B, 6], where it repaints."""
        centred, mean = centre(features)
        matrix = ops.reshape(self.nets["style_matrix"](centred), (-1, COMPRESSED**2))
        parts = [matrix, mean[:, 0, 0]]
        return ops.concatenate([*parts, palette_of(images)] if self.repaints else parts, -1)

    def styled(self, content: Content, style: Tensor) -> Tensor:
        """The content's features, transformed, which the decoder draws."""
        centred, _ = centre(content[0])
        matrix = ops.reshape(style[:, :COMPRESSED**2], (-1, COMPRESSED, COMPRESSED))
        mean = style[:, None, None, COMPRESSED**2:COMPRESSED**2 + centred.shape[-1]]
        whole = ops.matmul(matrix, self.nets["content_matrix"](centred))
        changed = apply_matrix(whole, self.nets["compress"](centred))
        return LEVELS * (ops.cast(self.nets["uncompress"](changed), "float32") + mean)


def centre(features: Tensor) -> tuple[Tensor, Tensor]:
    """Features [B, h, w, C] over LEVELS, minus their mean over space, and that mean
    [B, 1, 1, C]."""
    features = features / LEVELS
    mean = ops.mean(features, (1, 2), keepdims=True)
    return features - mean, mean


def apply_matrix(matrix: Tensor, features: Tensor) -> Tensor:
    """T x at every position: T [B, k, k], x [B, h, w, k] -> [B, h, w, k]. Float32."""
    return ops.einsum("bij,bhwj->bhwi", matrix, ops.cast(features, "float32"))


def build_matrix(channels: int, name: str, precision: str | None = None,
                 padding: str = "same") -> keras.Model:
    """Centred features [B, h, w, C] -> matrices [B, k, k]: three convolutions to k channels, the
    covariance of these, and a dense layer. The initial matrices are near the identity, which the
    paper does not say."""
    rows = (*(Row("conv", channels // part, 3, padding=padding, **RELU) for part in (2, 4)),
            Row("conv", COMPRESSED, 3, padding=padding))
    net = build_convolutional(Architecture(rows, initializer="he"), channels, name=name,
                              precision=precision)
    seen = ops.cast(net.output, "float32")
    positions = ops.sum(ops.ones_like(seen[..., :1]), (1, 2))[..., None]
    covariance = ops.einsum("bhwi,bhwj->bij", seen, seen) / (LARGE * positions)
    start: dict[str, Any] = {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.05),
        "bias_initializer": IDENTITY}
    dense = layers.Dense(COMPRESSED**2, name=f"{name}_dense", dtype="float32", **start)
    flat = dense(layers.Reshape((COMPRESSED**2,))(covariance))
    return keras.Model(net.input, layers.Reshape((COMPRESSED, COMPRESSED))(flat), name=name)

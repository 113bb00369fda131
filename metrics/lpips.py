"""LPIPS v0.1 (Zhang et al. 2018), the perceptual distance of two images."""

from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from metrics import weights as files
from metrics.backbones import build, check_images, random_weights, standardise_rgb
from metrics.batched import Batched

ops = Lazy("keras.ops")

EPSILON = 1e-10
RANDOM = "random"


class LPIPS:
    """Computes the distances, float32 [N], of the images a and b, [N, H, W, C].

    The distance is exactly 0 between an image and itself, and the same for (a, b) and (b, a).
    Images are in [-1, 1], or uint8 as stored; grey ones are repeated to 3 channels. They are
    compared in batches by a program that is compiled once for each size.
    net: "alex" (that of the thesis), "vgg" or "squeeze". weights: a folder, see
    `metrics.weights`; None: the cache or a download; "random": He-normal kernels and a weight of
    1 for every channel. name: "LPIPS (alex, v0.1)" with the published weights, else
    "perceptual-distance (...)", whose values compare only with each other.
    Raises UserError if the net is unknown, its weights are not available or an image is too
    small for it.
    """

    def __init__(self, net: str = "alex", weights: str | Path | None = None):
        self.net = net
        if weights == RANDOM:
            backbone, self._linear = random_weights(net), None
            self.name = f"perceptual-distance (random {net})"
        else:
            backbone, trusted = files.load_backbone(net, weights)
            self._linear, calibrated = files.load_linear(net, weights)
            self.name = (f"LPIPS ({net}, v0.1)" if trusted and calibrated else
                         f"perceptual-distance ({net}, weights not the published ones)")
        self._model = build(net, backbone)
        self._compare = Batched(self._distances, each=self._maps)

    def __call__(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        for images in (a, b):
            check_images(self.net, np.shape(images)[1:])
        if np.shape(a)[1:3] != np.shape(b)[1:3]:
            raise UserError(f"images of {np.shape(a)[1:3]} and {np.shape(b)[1:3]} do not compare; "
                            "resize one side")
        # Both get one shape, also a grey image and a coloured one, and hence one program.
        return self._compare(*(np.broadcast_to(x, (*np.shape(x)[:3], 3)) for x in (a, b)))

    def _maps(self, images):
        maps = self._model(standardise_rgb(images), training=False)
        return [normalise_channels(features) for features in maps]

    def _distances(self, a, b):
        linear = self._linear or [np.ones(f.shape[-1], np.float32) for f in a]
        return sum(weighted_difference(*maps) for maps in zip(a, b, linear, strict=True))


def layer_distance(a: Tensor, b: Tensor, weights: Tensor) -> Tensor:
    """Mean over space of sum_c w_c (a_c/||a|| - b_c/||b||)^2, maps [B, H, W, C] to [B].

    The norm is over the channels of one position, plus 1e-10. The weights, [C] and not
    negative, multiply the squares: the w of the paper's eq. 1 is their root.
    """
    return weighted_difference(normalise_channels(a), normalise_channels(b), weights)


def weighted_difference(a: Tensor, b: Tensor, weights: Tensor) -> Tensor:
    """`layer_distance` of maps that `normalise_channels` has normalised."""
    return ops.mean(ops.sum(ops.square(a - b) * weights, -1), (1, 2))


def normalise_channels(features: Tensor) -> Tensor:
    """Divides features [..., C] by their norm plus 1e-10."""
    return features / (ops.sqrt(ops.sum(ops.square(features), -1, keepdims=True)) + EPSILON)

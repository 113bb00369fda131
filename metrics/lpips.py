"""LPIPS v0.1 (Zhang et al. 2018): how different two images look to a net."""

from pathlib import Path
from typing import Any

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from metrics import weights as files
from metrics.backbones import build, check_images, random_weights, standardise_rgb
from metrics.batched import Batched

ops = Lazy("keras.ops")

EPSILON = 1e-10
RANDOM = "random"


class LPIPS:
    """The distance of images a and b [N, H, W, C], [N] float32; exactly 0 between an image and
    itself, and the same both ways.

    Images are in [-1, 1], or uint8 as stored; grey ones are repeated to 3 channels. Called with
    both, it works in batches, compiled once for each size. net: "alex" (that of the thesis),
    "vgg" or "squeeze". weights: a folder, see `metrics.weights`; None for what the cache holds
    or for a download; "random" for He-normal kernels and a weight of 1 for every channel.
    `name` reads "LPIPS (alex, v0.1)" for the published weights alone, and otherwise
    "perceptual-distance (...)": a figure that compares to none but its own.
    Raises UserError for unknown nets, weights that cannot be had, images too small for the net.
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
        # One shape for both, also of a grey image and a coloured one, hence one program.
        return self._compare(*(np.broadcast_to(x, (*np.shape(x)[:3], 3)) for x in (a, b)))

    def _maps(self, images):
        return [unit(features) for features in self._model(standardise_rgb(images), training=False)]

    def _distances(self, a, b):
        linear = self._linear or [np.ones(f.shape[-1], np.float32) for f in a]
        return sum(apart(*maps) for maps in zip(a, b, linear, strict=True))


def layer_distance(a: Any, b: Any, weights: Any) -> Any:
    """Mean over space of sum_c w_c (a_c/||a|| - b_c/||b||)^2, maps [B, H, W, C] to [B].

    The norm is that of the channels at one place, with 1e-10 added to it. The weights, [C] and
    not negative, multiply the squares: the w of the paper's eq. 1 is their root.
    """
    return apart(unit(a), unit(b), weights)


def apart(a, b, weights):
    """`layer_distance` of maps whose norms are divided out."""
    return ops.mean(ops.sum(ops.square(a - b) * weights, -1), (1, 2))


def unit(features: Any) -> Any:
    """Features [..., C] over their norm, which is epsilon more than it is."""
    return features / (ops.sqrt(ops.sum(ops.square(features), -1, keepdims=True)) + EPSILON)

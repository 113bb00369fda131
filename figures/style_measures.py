"""The distances of stylised pictures from their photographs and paintings."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from figures.style_results import Picture
from framework.pixels import to_unit
from framework.quiet import import_tensorflow
from framework.tensors import Tensor
from metrics.batched import full_float32
from metrics.lpips import LPIPS
from metrics.styled import (
    colour_distance,
    content_differences,
    content_distance,
    feature_distance,
    gram_distance,
)
from style.features import layers_at_hand, vgg
from style.optimise import CONTENT_LAYERS, STYLE_LAYERS

LPIPS_NET = "squeeze"

Measure = Callable[[np.ndarray], dict[str, float]]


class Measures:
    """Measures pictures against a photograph and a painting.

    photographs: two at least; how far apart they are is the unit of the content distance.
    vgg_weights: see `nets.vgg.VGGFeatures`; the layers are those of Gatys et al., as far as the
    weights hold them. lpips_weights: a folder, "" for the cache or a download, or "random". seed:
    of directions and positions that are drawn.
    """

    def __init__(self, photographs: Sequence[Picture], vgg_weights: str, lpips_weights: str = "",
                 seed: int = 0):
        import_tensorflow()
        self.content_layers = layers_at_hand(CONTENT_LAYERS, vgg_weights)
        self.style_layers = layers_at_hand(STYLE_LAYERS, vgg_weights)
        self._net = vgg((*self.content_layers, *self.style_layers), vgg_weights)
        self.lpips = LPIPS(LPIPS_NET, lpips_weights or None)
        self.seed = seed
        self.apart = self._apart([each.pixels for each in photographs])

    def of_pair(self, photograph: np.ndarray, painting: np.ndarray) -> Measure:
        """A function of a picture uint8 [H, W, 3], as are all here, to its distances by name:
        `content` and `lpips` from the photograph, for which it is scaled to its size; `gram`,
        `features` and `colours` from the painting. See `metrics.styled`."""
        k, shape = len(self.content_layers), photograph.shape[:2]
        content, style = self._features(photograph)[:k], self._features(painting)[k:]

        def measure(picture):
            fitted, own = scaled_to(picture, shape), self._features(picture)
            there = own if fitted is picture else self._features(fitted)
            return {"content": content_distance(there[:k], content, self.apart),
                    "gram": gram_distance(own[k:], style),
                    "features": feature_distance(own[k:], style, self.seed),
                    "colours": colour_distance(picture, painting, self.seed),
                    "lpips": float(self.lpips(fitted[None], photograph[None])[0])}
        return measure

    def _apart(self, photographs) -> np.ndarray:
        """The mean of `content_differences` between each photograph and the next."""
        def content(picture):
            return self._features(picture)[:len(self.content_layers)]
        following = [*photographs[1:], photographs[0]]
        return np.mean([content_differences(content(one),
                                            content(scaled_to(other, one.shape[:2])))
                        for one, other in zip(photographs, following, strict=True)], 0)

    def _features(self, picture) -> list[Tensor]:
        with full_float32():
            return self._net(to_unit(picture)[None])


def scaled_to(picture: np.ndarray, shape: Sequence[int]) -> np.ndarray:
    """The picture uint8 [H, W, 3] at the height and width `shape`, each side by itself."""
    height, width = shape
    if picture.shape[:2] == (height, width):
        return picture
    smaller = height * width < picture.shape[0] * picture.shape[1]
    return cv2.resize(picture, (width, height),
                      interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)


def weights_name(vgg_weights: str) -> str:
    """The weights as a text names them."""
    return {"random": "random weights", "imagenet": "ImageNet weights"}.get(
        vgg_weights, f"weights {Path(vgg_weights).name}")

"""Hypercolumns of one image, computed in strips of rows like the activations of one layer."""

from collections.abc import Sequence
from pathlib import Path

from framework.tensors import Tensor
from nets.hypercolumns import REDUCTION, channels_of, hypercolumns
from nets.vgg import layers_down_to
from style.features import FeatureStrips, Strip


class Hypercolumns(FeatureStrips):
    """Computes `nets.hypercolumns` [1, H/4, W/4, C] of an image [1, H, W, 3] in [-1, 1] whose
    sides `scale` divides.

    layers: of VGG-19. slices: the first channel of each and the one behind its last. The rest: see
    `style.features.FeatureStrips`.
    """

    bytes_per_pixel = 4000          # with their gradients; 3900 measured, all of blocks 1 to 3
    strip_bytes = 3 * 2**29         # 512x512 in one piece

    def __init__(self, layers: Sequence[str], weights: str | Path = "imagenet",
                 pooling: str = "max", memory_limit: int | None = None):
        self.layers, self.slices = tuple(layers), channels_of(layers)
        super().__init__(layers_down_to(self.layers, "vgg19")[-1], weights, pooling, memory_limit)
        self.scale = max(REDUCTION, self.scale)

    def read_layers(self) -> tuple[str, ...]:
        return self.layers

    def strip(self, pixels: Tensor) -> Tensor:
        assert self.net is not None
        return hypercolumns(self.net(pixels), self.layers)

    def size(self, height: int, width: int) -> int:
        return 4 * (height // REDUCTION) * (width // REDUCTION) * self.slices[-1][1]

    def strips(self, height: int, width: int, held: int = 0) -> list[Strip]:
        """As of the deepest layer, whose rows may be several of a hypercolumn."""
        times = self.scale // REDUCTION
        return [Strip(slice(times * rows.start, times * rows.stop), pixels, times * dropped)
                for rows, pixels, dropped in super().strips(height, width, held)]

    def _margin(self):
        """One more row of the deepest layer where hypercolumns are interpolated between two."""
        return super()._margin() + self.scale * (self.scale > REDUCTION)

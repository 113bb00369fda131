"""Reflected edges, as a layer whose saved form is an operation of Keras."""

from typing import Any

import keras
from keras import layers

from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")


@keras.saving.register_keras_serializable("scogan")
class ReflectionPad(layers.Layer):
    """Images [B, H, W, C] with `size` pixels more on each side, mirrored at the edge, which is not
    repeated itself. H and W must be above `size`."""

    def __init__(self, size: int, **common: Any):
        super().__init__(**common)
        self.size = size

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}

    def call(self, inputs: Tensor) -> Tensor:
        return self.plain(inputs)

    def plain(self, x: Tensor) -> Tensor:
        """The same in Keras's own operation, for saved models."""
        sides = (self.size, self.size)
        return ops.pad(x, ((0, 0), sides, sides, (0, 0)), mode="reflect")

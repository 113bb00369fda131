"""The backbones of LPIPS as tables: AlexNet, VGG16 and SqueezeNet 1.1.

They are torchvision's nets and keep its layer names, since LPIPS was calibrated on torchvision's
weights: Keras's VGG16 has other weights and other inputs. A table lists the layers from the image
on; TAP marks the output before it as a feature map that LPIPS compares. A ReLU follows every
convolution.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.registry import Registry
from framework.tensors import Tensor

if TYPE_CHECKING:
    from keras import Model

keras = Lazy("keras")

BACKBONES = Registry("backbone")
FULL_NAMES = {"alex": "AlexNet", "vgg": "VGG16", "squeeze": "SqueezeNet 1.1"}
TAP = "tap"

# ImageNet's mean and standard deviation of RGB, for images in [-1, 1] (the code of LPIPS).
CHANNEL_MEAN, CHANNEL_DEVIATION = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)


class Conv(NamedTuple):
    """A convolution with `padding` zeros on every side."""

    name: str
    filters: int
    kernel: int = 3
    stride: int = 1
    padding: int = 1

    def convolutions(self) -> "list[Conv]":
        return [self]

    def size(self, before: int) -> int:
        """The output's height or width for an input of `before` pixels."""
        return (before + 2 * self.padding - self.kernel) // self.stride + 1

    def __call__(self, x: Tensor) -> Tensor:
        if self.padding:
            x = keras.layers.ZeroPadding2D(self.padding, dtype="float32")(x)
        return keras.layers.Conv2D(self.filters, self.kernel, self.stride, activation="relu",
                                   kernel_initializer="zeros", dtype="float32",
                                   name=self.name)(x)


class Fire(NamedTuple):
    """SqueezeNet's module: `squeeze` filters 1x1, then `expand` of 1x1 and as many of 3x3 side
    by side (Iandola et al. 2016)."""

    name: str
    squeeze: int
    expand: int

    def convolutions(self) -> list[Conv]:
        return [Conv(f"{self.name}.squeeze", self.squeeze, 1, padding=0),
                Conv(f"{self.name}.expand1x1", self.expand, 1, padding=0),
                Conv(f"{self.name}.expand3x3", self.expand)]

    def size(self, before: int) -> int:
        return before

    def __call__(self, x: Tensor) -> Tensor:
        squeeze, *expand = self.convolutions()
        x = squeeze(x)
        return keras.layers.Concatenate(dtype="float32")([conv(x) for conv in expand])


class Pool(NamedTuple):
    """Max pooling with stride 2.

    ceil: the last window may reach over the edge, as in torch's ceil_mode. One row and one
    column of zeros at the end do that: they change no maximum after a ReLU, and windows that do
    not need them leave them out.
    """

    kernel: int = 3
    ceil: bool = False

    def convolutions(self) -> list[Conv]:
        return []

    def size(self, before: int) -> int:
        return (before + self.ceil - self.kernel) // 2 + 1

    def __call__(self, x: Tensor) -> Tensor:
        if self.ceil:
            x = keras.layers.ZeroPadding2D(((0, 1), (0, 1)), dtype="float32")(x)
        return keras.layers.MaxPooling2D(self.kernel, 2, dtype="float32")(x)


Layer = Conv | Fire | Pool


BACKBONES.register("alex", (
    Conv("features.0", 64, 11, 4, 2), TAP, Pool(),
    Conv("features.3", 192, 5, 1, 2), TAP, Pool(),
    Conv("features.6", 384), TAP,
    Conv("features.8", 256), TAP,
    Conv("features.10", 256), TAP,
))
BACKBONES.register("vgg", (
    Conv("features.0", 64), Conv("features.2", 64), TAP, Pool(2),
    Conv("features.5", 128), Conv("features.7", 128), TAP, Pool(2),
    Conv("features.10", 256), Conv("features.12", 256), Conv("features.14", 256), TAP, Pool(2),
    Conv("features.17", 512), Conv("features.19", 512), Conv("features.21", 512), TAP, Pool(2),
    Conv("features.24", 512), Conv("features.26", 512), Conv("features.28", 512), TAP,
))
BACKBONES.register("squeeze", (
    Conv("features.0", 64, 3, 2, 0), TAP, Pool(ceil=True),
    Fire("features.3", 16, 64), Fire("features.4", 16, 64), TAP, Pool(ceil=True),
    Fire("features.6", 32, 128), Fire("features.7", 32, 128), TAP, Pool(ceil=True),
    Fire("features.9", 48, 192), TAP,
    Fire("features.10", 48, 192), TAP,
    Fire("features.11", 64, 256), TAP,
    Fire("features.12", 64, 256), TAP,
))


def layers(net: str) -> list[Layer]:
    """The layers of the table, without the taps. Raises UserError for an unknown net."""
    return [row for row in BACKBONES.find(net) if row != TAP]


def kernel_shapes(net: str) -> dict[str, tuple[int, int, int, int]]:
    """The shape [h, w, in, out] of each convolution's kernel by name."""
    shapes, channels = {}, 3
    for layer in layers(net):
        for conv in layer.convolutions():
            inputs = (layer.squeeze if isinstance(layer, Fire) and "expand" in conv.name
                      else channels)
            shapes[conv.name] = (conv.kernel, conv.kernel, inputs, conv.filters)
        channels = (2 * layer.expand if isinstance(layer, Fire)
                    else layer.filters if isinstance(layer, Conv) else channels)
    return shapes


def random_weights(net: str) -> dict[str, np.ndarray]:
    """Returns NAME/kernel, normal with variance 2 / fan in (He et al. 2015), and NAME/bias of
    zeros; the same values at every call."""
    rng, found = np.random.default_rng(0), {}
    for name, shape in kernel_shapes(net).items():
        deviation = np.sqrt(2 / np.prod(shape[:3])).astype(np.float32)
        found[f"{name}/kernel"] = rng.standard_normal(shape, np.float32) * deviation
        found[f"{name}/bias"] = np.zeros(shape[3], np.float32)
    return found


def build(net: str, weights: Mapping[str, np.ndarray]) -> "Model":
    """Returns a frozen model from RGB images [B, H, W, 3] in [-1, 1] to the list of tapped maps.

    weights: NAME/kernel and NAME/bias for each name of `kernel_shapes`. The model computes in
    float32 under any precision policy.
    """
    x, taps = keras.Input((None, None, 3), dtype="float32"), []
    image = x
    for row in BACKBONES.find(net):
        if row == TAP:
            taps.append(x)
        else:
            x = row(x)
    model = keras.Model(image, taps, name=net)
    model.trainable = False
    for name in kernel_shapes(net):
        model.get_layer(name).set_weights([weights[f"{name}/kernel"], weights[f"{name}/bias"]])
    return model


def standardise_rgb(images: Tensor) -> Tensor:
    """Standardises RGB or grey images [B, H, W, 3 or 1] in [-1, 1] by ImageNet's statistics;
    the result has 3 channels."""
    return (images - np.array(CHANNEL_MEAN, np.float32)) / np.array(CHANNEL_DEVIATION, np.float32)


def check_images(net: str, shape: Sequence[int]) -> None:
    """Raises UserError unless images of `shape` [H, W, C] are RGB or grey and large enough for
    `net`."""
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise UserError(f"{FULL_NAMES[net]} reads images with 1 or 3 channels, not {tuple(shape)}")
    if smallest_size(net) > min(shape[:2]):
        raise UserError(f"images of {shape[0]}x{shape[1]} are too small for {FULL_NAMES[net]}, "
                        f"which needs {smallest_size(net)}x{smallest_size(net)}")


def smallest_size(net: str) -> int:
    """The least height and width at which every layer's output has at least one pixel."""
    return next(size for size in range(1, 1000) if _fits(net, size))


def _fits(net: str, size: int) -> bool:
    for layer in layers(net):
        size = layer.size(size)
        if size < 1:
            return False
    return True

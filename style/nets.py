"""Nets whose layers a texture is compared in: VGG, and those of keras.applications."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from framework.errors import UserError, unknown
from framework.lazy import Lazy
from nets.vgg import BLOCKS, RANDOM, check_weights, layer_names, to_vgg
from style.features import vgg

keras = Lazy("keras")

# name -> its class in keras.applications and whether it takes BGR less a mean colour, as VGG
# does, or pixels in [-1, 1]
APPLICATIONS = {"resnet50": ("ResNet50", True), "inception_v3": ("InceptionV3", False),
                "mobilenet_v2": ("MobileNetV2", False)}
NETS = (*BLOCKS, *APPLICATIONS)


def check_net(net: str, layers: Sequence[str], weights: str | Path) -> None:
    """Raises UserError for a net, layers of VGG or a file of weights that there are not."""
    if net not in NETS:
        raise unknown("net", net, NETS)
    if net in BLOCKS and weights not in ("imagenet", RANDOM):
        check_weights(weights, layers or pools(net), net)
    elif weights not in ("imagenet", RANDOM) and not Path(weights).is_file():
        raise UserError(f"there are no weights of {net} at {weights}")


def pools(net: str) -> tuple[str, ...]:
    """The downsampling layers of a VGG."""
    return tuple(name for name in layer_names(net) if name.endswith("pool"))


def features_of(net: str, layers: Sequence[str] = (), weights: str | Path = "imagenet",
                pooling: str = "max") -> tuple[Callable, tuple[str, ...]]:
    """A function of images [B, H, W, 3] in [-1, 1] to a list of features of `net`, and the names
    of their layers.

    layers: empty for every downsampling layer (pooling or strided convolution), as in section
    2.4.1. weights: "imagenet", which Keras downloads, "random" or a file. Raises UserError.
    """
    check_net(net, layers, weights)
    if net in BLOCKS:
        layers = tuple(layers) or pools(net)
        return vgg(layers, weights, net, pooling), layers
    name, caffe = APPLICATIONS[net]
    model = _application(name, net, weights)
    layers = tuple(layers) or downsampling(model)
    names = [layer.name for layer in model.layers]
    for layer in layers:
        if layer not in names:
            raise unknown(f"layer of {net}", layer, names)
    cut = keras.Model(model.input, [model.get_layer(layer).output for layer in layers])
    cut.trainable = False

    def extract(images):
        found = cut(to_vgg(images) if caffe else images, training=False)
        return found if isinstance(found, list) else [found]
    return extract, layers


def _application(name, net, weights):
    keras.utils.set_random_seed(0)
    try:
        model = getattr(keras.applications, name)(
            include_top=False, weights="imagenet" if weights == "imagenet" else None)
        if weights not in ("imagenet", RANDOM):
            model.load_weights(weights)
    except Exception as error:      # a download and an .h5 file each fail in many ways
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise UserError(f"the {weights} weights of {net} cannot be had ({why}); name a file of "
                        "them with --weights, or use --weights random") from error
    return model


def downsampling(model: Any) -> tuple[str, ...]:
    """The first layer of `model` at each lower resolution: a pooling or a strided convolution."""
    steps = [layer for layer in model.layers if max(getattr(layer, "strides", None) or (1,)) > 1]
    shapes = keras.Model(model.input, [layer.output for layer in steps]).compute_output_shape(
        (1, 256, 256, 3))
    first = {}
    for layer, shape in zip(steps, shapes, strict=True):
        first.setdefault(shape[1], layer.name)
    return tuple(first.values())

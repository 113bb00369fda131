"""The nets whose features a texture compares: VGG, and those of keras.applications."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from framework.arrays import check_finite
from framework.errors import UserError, unknown
from framework.h5 import MOST_TIMES, check_h5
from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.vgg import BLOCKS, RANDOM, check_weights, layer_names, to_vgg
from style.features import vgg

if TYPE_CHECKING:
    from keras import Model

keras = Lazy("keras")

# name -> its class in keras.applications, and whether it reads BGR minus a mean colour, as VGG
# does, or else pixels in [-1, 1]
APPLICATIONS = {"resnet50": ("ResNet50", True), "inception_v3": ("InceptionV3", False),
                "mobilenet_v2": ("MobileNetV2", False)}
NETS = (*BLOCKS, *APPLICATIONS)

FeatureFunction = Callable[[Tensor], list[Tensor]]     # images -> one feature map for each layer


def check_net(net: str, layers: Sequence[str], weights: str | Path) -> None:
    """Raises UserError if the net, layers of VGG or the file of weights do not exist."""
    if net not in NETS:
        raise unknown("net", net, NETS)
    if net in BLOCKS and weights not in ("imagenet", RANDOM):
        check_weights(weights, layers or pool_layers(net), net)
    elif weights not in ("imagenet", RANDOM) and not Path(weights).is_file():
        raise UserError(f"there are no weights of {net} at {weights}")


def pool_layers(net: str) -> tuple[str, ...]:
    """The downsampling layers of a VGG."""
    return tuple(name for name in layer_names(net) if name.endswith("pool"))


def features_of(net: str, layers: Sequence[str] = (), weights: str | Path = "imagenet",
                pooling: str = "max") -> tuple[FeatureFunction, tuple[str, ...]]:
    """Returns a function from images [B, H, W, 3] in [-1, 1] to the features of `net`, and the
    names of their layers.

    layers: () for every downsampling layer (pooling or strided convolution), as in section 2.4.1.
    weights: "imagenet", which Keras downloads, "random" or a file. Raises UserError as
    `check_net` does, for an unknown layer and for weights that cannot be read.
    """
    check_net(net, layers, weights)
    if net in BLOCKS:
        layers = tuple(layers) or pool_layers(net)
        return vgg(layers, weights, net, pooling), layers
    name, caffe = APPLICATIONS[net]
    model = _application(name, net, weights)
    layers = tuple(layers) or downsampling_layers(model)
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
            check_h5(weights, MOST_TIMES * 4 * model.count_params())
            model.load_weights(weights)
    except UserError:
        raise
    except Exception as error:      # a download and an .h5 file each fail in many ways
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise UserError(f"the {weights} weights of {net} cannot be had ({why}); name a file of "
                        "them with --weights, or use --weights random") from error
    if weights != RANDOM:
        check_finite(weights, ((v.path, v.numpy()) for v in model.variables))
    return model


def downsampling_layers(model: "Model") -> tuple[str, ...]:
    """The first layer of `model` at each lower resolution: a pooling or a strided convolution."""
    steps = [layer for layer in model.layers if max(getattr(layer, "strides", None) or (1,)) > 1]
    shapes = keras.Model(model.input, [layer.output for layer in steps]).compute_output_shape(
        (1, 256, 256, 3))
    first = {}
    for layer, shape in zip(steps, shapes, strict=True):
        first.setdefault(shape[1], layer.name)
    return tuple(first.values())

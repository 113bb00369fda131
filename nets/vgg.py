"""VGG as an extractor of features (Simonyan and Zisserman 2014), up to the deepest layer in use.

Keras is imported when the first net is built, so that names and weight files are checked fast.
"""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from framework.arrays import check_finite, open_arrays
from framework.downloads import keras_download
from framework.errors import UserError, unknown
from framework.h5 import MOST_TIMES, check_h5
from framework.lazy import Lazy
from framework.tensors import Tensor

keras = Lazy("keras")
ops = Lazy("keras.ops")

# Convolutions in blocks 1 to 5. All are 3x3 with ReLU; each block ends in 2x2 pooling.
BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}
FILTERS = (64, 128, 256, 512, 512)
MEAN_BGR = (103.939, 116.779, 123.68)
RANDOM = "random"
Weights: TypeAlias = dict[str, tuple[np.ndarray, np.ndarray]]     # kernel and bias by layer


class VGGFeatures:
    """Images [B, H, W, 3] in [-1, 1] -> list of features, one [B, h, w, c] for each layer.

    layers: names as in Keras, such as "block3_conv1" (its output after the ReLU, elsewhere
    called relu3_1) or "block2_pool". weights: "imagenet", which Keras downloads once; a file, see
    `check_weights`; None or "random" for untrained weights, which are the same each time. net:
    "vgg19" or "vgg16". pooling: "max", or "average", which Gatys et al. 2015 prefer.
    precision: the dtype policy of the convolutions, independent of the global one; images, weights
    and features are float32. The weights are never trained.
    Raises UserError for unknown layers and for weights that are not available.
    """

    def __init__(self, layers: Iterable[str], weights: str | Path | None = "imagenet",
                 net: str = "vgg19", pooling: str = "max", precision: str = "float32"):
        self.layers = tuple(layers)
        names = layers_down_to(self.layers, net)
        found = _load_weights(self.layers, names, weights, net)
        x = image = keras.Input((None, None, 3), dtype="float32")
        outputs = {}
        for name in names:
            outputs[name] = x = _layer(name, pooling, precision)(x)
        self.model = keras.Model(image, [outputs[name] for name in self.layers], name=net)
        self.model.trainable = False
        for name, (kernel, bias) in found.items():
            self.model.get_layer(name).set_weights([kernel, bias])

    def __call__(self, images: Tensor) -> list[Tensor]:
        """The features of `images`. Raises UserError for images too small to be pooled."""
        self.check_image_size(*images.shape[1:3])
        outputs = self.model(to_vgg(images), training=False)
        outputs = outputs if isinstance(outputs, list) else [outputs]   # Keras unwraps one alone
        return [ops.cast(features, "float32") for features in outputs]

    def check_image_size(self, height: int | None, width: int | None) -> None:
        """Raises UserError for images too small to be pooled as often as the layers need."""
        names = layers_down_to(self.layers, self.model.name)
        halvings = sum(name.endswith("pool") for name in names)
        if any(size is not None and size < 2 ** halvings for size in (height, width)):
            raise UserError(f"images of {height}x{width} are too small for the layers "
                            f"{', '.join(self.layers)}, before which {self.model.name} halves "
                            f"them {halvings} times; make them {2 ** halvings} pixels a side at "
                            "least, or choose layers above (--style_layers, --content_layers)")


def to_vgg(images: Tensor) -> Tensor:
    """Converts RGB images [..., 3] in [-1, 1] to the input of the published weights.

    That is 0..255 and BGR, minus the mean colour of ImageNet. Float32.
    """
    levels = (0.5 * ops.cast(images, "float32") + 0.5) * 255
    return ops.flip(levels, axis=-1) - ops.convert_to_tensor(MEAN_BGR, "float32")


def layer_names(net: str = "vgg19") -> list[str]:
    """All layers of `net` from the first to the last: block1_conv1, ..., block5_pool.

    Raises UserError for an unknown net.
    """
    if net not in BLOCKS:
        raise unknown("vgg", net, BLOCKS)
    return [f"block{b}_{part}" for b, count in enumerate(BLOCKS[net], 1)
            for part in (*(f"conv{i + 1}" for i in range(count)), "pool")]


def layers_down_to(layers: Sequence[str], net: str) -> list[str]:
    """The layers of `net` down to the deepest of `layers`.

    Raises UserError for an unknown layer and for no layer.
    """
    names = layer_names(net)
    for layer in layers:
        if layer not in names:
            raise unknown(f"layer of {net}", layer, names)
    if not layers:
        raise UserError(f"no layer of {net} is named; there are {', '.join(names)}")
    return names[:1 + max(map(names.index, layers))]


def layers_of(text: str) -> tuple[str, ...]:
    """The names of layers in `text`, which commas separate."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def layers_in_use(*terms: tuple[float, str]) -> tuple[str, ...]:
    """The layers of the terms that are on, each once. terms: a term's weight, on where it is
    positive, and its layers, parted by commas."""
    return tuple(dict.fromkeys(name for weight, text in terms if weight > 0
                               for name in layers_of(text)))


def check_weights(path: str | Path, layers: Sequence[str], net: str = "vgg19") -> None:
    """Raises UserError unless the file `path` holds the weights of `layers` and those before them.

    layers: none for all that the file holds, which is one at least. A file is an .npz with
    LAYER/kernel [3, 3, in, out] and LAYER/bias [out] for each convolution, of which it may lack
    the deepest; or one of Keras's own .h5 files, whose layers are not compared. All numbers must
    be finite. Needs no Keras.
    """
    path, held = Path(path), held_layers(path, net)
    layers = layers or held[-1:] or layer_names(net)[:1]
    if path.suffix != ".npz":
        channels = _channels(layer_names(net)).values()
        return check_h5(path, MOST_TIMES * 4 * sum(9 * a * b + b for a, b in channels))
    for name in layers_down_to(layers, net):
        if name not in held:
            raise UserError(f"{path} has no {name}, which {', '.join(layers)} of {net} need; it "
                            f"holds {', '.join(convolution_names(held)) or 'no layer of it'}; "
                            "choose layers by --style_layers, --content_layers or --layer, or "
                            "other weights")
    _read_npz(layers_down_to(layers, net), path)


def held_layers(weights: str | Path | None, net: str = "vgg19") -> list[str]:
    """The layers of `net` that `weights` hold with all those before them, from the first on: all
    of them, but for an .npz file that lacks the deepest. Needs no Keras. Raises UserError for a
    file that is missing or cannot be read."""
    names = layer_names(net)
    if weights in (None, RANDOM, "imagenet"):
        return names
    if not Path(weights).is_file():
        raise UserError(f"there are no weights of {net} at {weights}")
    if Path(weights).suffix != ".npz":
        return names
    with open_arrays(weights, "the weights ") as file:
        held = set(file.names)
    lacking = (names.index(name) for name in convolution_names(names)
               if not {f"{name}/kernel", f"{name}/bias"} <= held)
    return names[:next(lacking, len(names))]


def stand_ins(layers: Iterable[str], held: Sequence[str]) -> tuple[str, ...]:
    """`layers`, each once, the deepest convolution of `held` in the place of those that are not
    held. held: of `held_layers`, one convolution at least."""
    deepest = convolution_names(held)[-1]
    return tuple(dict.fromkeys(name if name in held else deepest for name in layers))


def convolution_names(names: Iterable[str]) -> list[str]:
    """Those of the layers `names` that are convolutions, which alone have weights."""
    return [name for name in names if "conv" in name]


def _layer(name: str, pooling: str, precision: str) -> Any:
    about: dict[str, Any] = {"name": name, "dtype": precision}
    if name.endswith("pool"):
        kinds = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
        return kinds[pooling](2, **about)
    filters = FILTERS[int(name[len("block")]) - 1]
    return keras.layers.Conv2D(filters, 3, padding="same", activation="relu",
                               kernel_initializer="zeros", **about)


def _load_weights(layers: Sequence[str], names: list[str], weights: str | Path | None,
                  net: str) -> Weights:
    """Kernel and bias for each convolution of `names`."""
    if weights is None or weights == RANDOM:
        return _random_weights(names)
    if weights == "imagenet":
        return _read_keras(names, net, "imagenet")
    check_weights(weights, layers, net)
    if Path(weights).suffix != ".npz":
        return _read_keras(names, net, weights)
    return _read_npz(names, weights)


def _check_finite(path: str | Path, weights: Weights) -> None:
    check_finite(path, ((f"{name}/{part}", array) for name, pair in weights.items()
                        for part, array in zip(("kernel", "bias"), pair, strict=True)))


def _random_weights(names: list[str]) -> Weights:
    """He-normal kernels and zero biases from a fixed seed of their own.

    So a resumed run has the same net, and the initial weights of other nets do not change.
    """
    rng, weights = np.random.default_rng(0), {}
    for name, (inputs, filters) in _channels(names).items():
        kernel = rng.standard_normal((3, 3, inputs, filters), np.float32)
        weights[name] = kernel * np.float32(np.sqrt(2 / (9 * inputs))), np.zeros(filters)
    return weights


def _channels(names: list[str]) -> dict[str, tuple[int, int]]:
    """Input channels and filters for each convolution of `names`."""
    channels, inputs = {}, 3
    for name in convolution_names(names):
        filters = FILTERS[int(name[len("block")]) - 1]
        channels[name], inputs = (inputs, filters), filters
    return channels


def _read_npz(names: list[str], path: str | Path) -> Weights:
    weights = {}
    with open_arrays(path, "the weights ") as file:
        for name, (inputs, filters) in _channels(names).items():
            shapes = [file.header(f"{name}/{part}").shape for part in ("kernel", "bias")]
            if shapes != [(3, 3, inputs, filters), (filters,)]:
                raise UserError(f"{path}: {name} has kernel {shapes[0]} and bias {shapes[1]}, "
                                f"not {(3, 3, inputs, filters)} and {(filters,)}")
            weights[name] = file.read(f"{name}/kernel"), file.read(f"{name}/bias")
    _check_finite(path, weights)
    return weights


def _read_keras(names: list[str], net: str, weights: str | Path) -> Weights:
    """The weights of Keras's own net of that name, downloaded or from an .h5 file."""
    build = {"vgg16": keras.applications.VGG16, "vgg19": keras.applications.VGG19}[net]
    file = f"{net}_weights_tf_dim_ordering_tf_kernels_notop.h5"
    try:
        with keras_download(file) if weights == "imagenet" else nullcontext():
            model = build(include_top=False, weights="imagenet" if weights == "imagenet" else None)
        if weights != "imagenet":
            model.load_weights(weights)
    except Exception as error:      # a download and an .h5 file each fail in many ways
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        if weights != "imagenet":
            raise UserError(f"cannot read the weights {weights}: {why}") from error
        raise UserError(f"the ImageNet weights of {net} cannot be downloaded ({why}): put {file} "
                        "into ~/.keras/models, or name a file of them with --vgg_weights (.h5 or "
                        ".npz with LAYER/kernel and LAYER/bias), or use --vgg_weights random"
                        ) from error
    found = {name: tuple(model.get_layer(name).get_weights()) for name in convolution_names(names)}
    _check_finite(weights, found)
    return found

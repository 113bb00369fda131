"""Feature extractors: the nets whose features the distances of distributions compare."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framework.arrays import check_finite
from framework.downloads import keras_download
from framework.errors import UserError
from framework.h5 import MOST_TIMES, check_h5
from framework.lazy import Lazy
from framework.pixels import to_unit
from framework.registry import Registry, called_with
from metrics import backbones
from metrics import weights as files
from metrics.batched import Batched

if TYPE_CHECKING:
    from keras import Model

keras = Lazy("keras")
ops = Lazy("keras.ops")

EXTRACTORS = Registry("feature extractor")
INCEPTION_SIZE = 299
INCEPTION_FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5"
RANDOM = "random"


class FeatureExtractor:
    """Computes features, float32 [N, D], of images [N, H, W, C] in [-1, 1] or uint8 as stored.

    name: what the results call the extractor. function: a function from images to features.
    check: a function of an image's shape that raises UserError if the net cannot read it.
    """

    def __init__(self, name: str, function: Callable[[np.ndarray], np.ndarray],
                 check: Callable[[Sequence[int]], None] = lambda shape: None):
        self.name, self._function, self._check = name, function, check

    def __call__(self, images: np.ndarray) -> np.ndarray:
        self._check(np.shape(images)[1:])
        features = np.asarray(self._function(images), np.float32)
        return features.reshape(len(features), int(np.prod(features.shape[1:])))


def find_extractor(name: str, *, weights: str | Path = "",
                   judge: "Model | None" = None) -> FeatureExtractor:
    """Builds the extractor called `name`: "inception", "squeeze", "classifier" or "pixels".

    weights: the folder with the net's weights; "": the cache or a download; "random": none.
    judge: the Keras model whose features "classifier" takes.
    Raises UserError if the name is unknown, the weights are not available or no judge is given.
    """
    return called_with(EXTRACTORS.find(name), {"weights": weights, "judge": judge})


@EXTRACTORS.register("inception")
def inception(weights: str | Path = "") -> FeatureExtractor:
    """The pooled features [2048] of Keras's Inception V3; images are resized to 299x299, larger
    ones with antialias (Parmar et al. 2022), whose absence changes FID.

    It is not the net of Heusel et al. 2017 (TF-Slim's of 2015): its values are near, not equal.
    """
    model = _inception_model(weights)

    def features(images):
        rgb = ops.broadcast_to(images, (*ops.shape(images)[:3], 3))
        return model(ops.image.resize(rgb, (INCEPTION_SIZE,) * 2, antialias=True), training=False)
    name = f"{'random ' if weights == RANDOM else ''}Inception V3 of Keras, pooled, resized to 299"
    return FeatureExtractor(name, Batched(features, most=32), _check_inception)


@EXTRACTORS.register("squeeze")
def squeeze(weights: str | Path = "") -> FeatureExtractor:
    """The last feature map [512] of SqueezeNet 1.1, averaged over space, at the images' size."""
    if weights == RANDOM:
        found, kind = backbones.random_weights("squeeze"), "random "
    else:
        found, trusted = files.load_backbone("squeeze", weights or None)
        kind = "" if trusted else "unpublished "
    model = backbones.build("squeeze", found)

    def features(images):
        return ops.mean(model(backbones.standardise_rgb(images), training=False)[-1], (1, 2))
    return FeatureExtractor(f"{kind}SqueezeNet 1.1, mean of the last map", Batched(features),
                            lambda shape: backbones.check_images("squeeze", shape))


@EXTRACTORS.register("classifier")
def classifier(judge: "Model | None" = None) -> FeatureExtractor:
    """The input of the last layer with weights in the classifier `judge`, a chain of layers.

    A feature map is averaged over space: fewer features need fewer samples. Raises UserError
    if there is no judge.
    """
    if judge is None:
        raise UserError("the extractor 'classifier' looks through a classifier of the domains, "
                        "and there is none; choose another extractor")
    last = max(i for i, layer in enumerate(judge.layers) if layer.weights)
    before = [x for x in judge.layers[:last] if not isinstance(x, keras.layers.Flatten)][-1]
    model = keras.Model(judge.input, before.output)
    space = tuple(range(1, len(before.output.shape) - 1))

    def check(shape):
        if tuple(shape) != tuple(judge.input_shape[1:]):
            raise UserError(f"the classifier reads images of {judge.input_shape[1:]}, not "
                            f"{tuple(shape)}")

    def features(images):
        return ops.mean(ops.cast(model(images, training=False), "float32"), space)
    kind = ", mean over space" if space else ""
    return FeatureExtractor(f"{judge.name}, last but one layer{kind}", Batched(features), check)


@EXTRACTORS.register("pixels")
def pixel_features() -> FeatureExtractor:
    """The pixels in [-1, 1]; points [N, 2] stay as they are."""
    def unit_pixels(images):
        return to_unit(images) if np.asarray(images).dtype == np.uint8 else images
    return FeatureExtractor("pixels", unit_pixels)


def _inception_model(weights):
    """Keras's net with random weights, those of the file in the folder `weights`, or downloaded
    ones."""
    path = Path(weights) / INCEPTION_FILE if weights and weights != RANDOM else None
    if path and not path.is_file():
        raise UserError(f"there is no {INCEPTION_FILE} in {weights}")
    try:
        with nullcontext() if weights else keras_download(INCEPTION_FILE):
            net = keras.applications.InceptionV3(include_top=False, pooling="avg",
                                                 weights=None if weights else "imagenet")
        if path:
            check_h5(path, MOST_TIMES * 4 * net.count_params())
            net.load_weights(path)
    except UserError:
        raise
    except Exception as error:      # a download and an .h5 file each fail in many ways
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        if path:
            raise UserError(f"cannot read the weights {path}: {why}") from error
        raise UserError(f"the weights of Inception V3 cannot be downloaded ({why}): put "
                        f"{INCEPTION_FILE} into ~/.keras/models, or choose another extractor: "
                        f"{', '.join(sorted(set(EXTRACTORS) - {'inception'}))}") from error
    if weights != RANDOM:
        check_finite(path or INCEPTION_FILE, ((v.path, v.numpy()) for v in net.variables))
    net.trainable = False
    return net


def _check_inception(shape):
    if len(shape) != 3 or shape[2] not in (1, 3):
        raise UserError(f"Inception reads images with 1 or 3 channels, not {tuple(shape)}")

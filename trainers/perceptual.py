"""Frozen nets as the couplings of a run see with them: VGG (thesis 4.2.3, eq. 4.5), SqueezeNet."""

from collections.abc import Callable
from functools import partial

import keras

from config.checks import perceptual_layers
from config.sections import Section
from framework.errors import UserError
from framework.tensors import Tensor
from metrics import backbones
from metrics.features import RANDOM
from metrics.weights import load_backbone
from nets.vgg import VGGFeatures


def vgg_features_for(coupling: Section, precision: str,
                     image_shape: tuple[int, ...]) -> Callable[[Tensor], dict[str, Tensor]] | None:
    """Images [B, H, W, 3] to a dict of VGG's features, by layer, of the terms that are on;
    None if neither is.

    Raises UserError for weights or layers that cannot be had and images that are too small.
    """
    layers = perceptual_layers(coupling)
    if not layers:
        return None
    if len(image_shape) != 3:
        raise UserError("content_weight and style_weight compare images, not points")
    vgg = VGGFeatures(layers, coupling.vgg_weights, coupling.vgg, precision=precision)
    height, width, _ = image_shape
    vgg.check_image_size(coupling.vgg_resize or height, coupling.vgg_resize or width)
    return partial(vgg_features, vgg, coupling.vgg_resize)


def vgg_features(vgg: VGGFeatures, size: int, images: Tensor) -> dict:
    """Features by layer of `images`, resized bilinearly to `size` unless that is 0."""
    if size:
        images = keras.ops.image.resize(images, (size, size), interpolation="bilinear")
    return dict(zip(vgg.layers, vgg(images), strict=True))


def maps_for(coupling: Section,
             image_shape: tuple[int, ...]) -> Callable[[Tensor], Tensor] | None:
    """Images [B, H, W, C] to the last feature map [B, h, w, 512] of SqueezeNet, which has seen
    none of the domains; None if no coupling reads it.

    Raises UserError for weights that cannot be had and images that are too small.
    """
    if not (coupling.dependence_weight > 0 or coupling.similarity_weight > 0):
        return None
    return partial(squeeze_map, *squeeze_net(
        coupling.pairing_weights, coupling.pairing_resize, image_shape,
        "dependence_weight and similarity_weight compare"))


def squeeze_net(weights: str, resize: int, image_shape: tuple[int, ...],
                who: str) -> tuple[keras.Model, int]:
    """SqueezeNet, frozen, from images to the list of its maps, and the side at which it sees
    them: `resize`, or 0 for their own height.

    weights: the folder of its file, "random", or "" for the cache or a download. who: what needs
    it, with its verb, for messages. Raises UserError for weights that cannot be had, for points
    and for images that are too small.
    """
    if len(image_shape) != 3:
        raise UserError(f"{who} images, not points")
    size = resize or image_shape[0]
    backbones.check_images("squeeze", (size, size, image_shape[2]))
    return backbones.build("squeeze", backbones.random_weights("squeeze") if weights == RANDOM else
                           load_backbone("squeeze", weights or None)[0]), size


def squeeze_map(net: keras.Model, size: int, images: Tensor) -> Tensor:
    """The net's last map of `images` [B, H, W, C] in [-1, 1], seen at size x size."""
    return squeeze_maps(net, size, images)[-1]


def squeeze_maps(net: keras.Model, size: int, images: Tensor) -> list[Tensor]:
    """All its maps of them, each [B, h, w, channels]."""
    if images.shape[1:3] != (size, size):
        images = keras.ops.image.resize(images, (size, size), interpolation="bilinear")
    return net(backbones.standardise_rgb(images), training=False)

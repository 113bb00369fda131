"""VGG as the perceptual terms of a run see it (thesis 4.2.3, eq. 4.5)."""

from collections.abc import Callable
from functools import partial

import keras

from config.checks import perceptual_layers
from config.sections import Section
from framework.errors import UserError
from framework.tensors import Tensor
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

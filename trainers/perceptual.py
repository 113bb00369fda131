"""VGG as the perceptual terms of a run see it (thesis 4.2.3, eq. 4.5)."""

from functools import partial

import keras

from framework.errors import UserError
from nets.vgg import VGGFeatures, layers_in_use


def perception(config, image_shape):
    """Images [B, H, W, 3] to a dict of VGG's features, by layer, of the terms that are on;
    None if neither is.

    Raises UserError for weights or layers that cannot be had and images that are too small.
    """
    layers = layers_in_use(config)
    if not layers:
        return None
    if len(image_shape) != 3:
        raise UserError("content_weight and style_weight compare images, not points")
    vgg = VGGFeatures(layers, config.vgg_weights, config.vgg, precision=config.precision)
    vgg.check_image_size(config.vgg_resize or image_shape[0], config.vgg_resize or image_shape[1])
    return partial(look, vgg, config.vgg_resize)


def look(vgg: VGGFeatures, size: int, images) -> dict:
    """Features by layer of `images`, resized bilinearly to `size` unless that is 0."""
    if size:
        images = keras.ops.image.resize(images, (size, size), interpolation="bilinear")
    return dict(zip(vgg.layers, vgg(images), strict=True))

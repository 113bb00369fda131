"""The perceptual couplings: VGG compares the domains' images, and each with its own reals.

Thesis 4.2.3, eq. 4.5, in the units of `losses.perceptual`. The content term is counted once:
in the thesis's code each generator has it in a loss of its own, whose gradient is the same.
"""

from functools import partial
from itertools import combinations

import keras

from framework.errors import UserError
from losses.perceptual import batch_style_loss, content_loss, style_loss
from nets.vgg import VGGFeatures, layers_in_use, layers_of
from trainers.couplings import COUPLINGS, Coupling


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
    vgg.check_size(config.vgg_resize or image_shape[0], config.vgg_resize or image_shape[1])
    return partial(look, vgg, config.vgg_resize)


def look(vgg: VGGFeatures, size: int, images) -> dict:
    """Features by layer of `images`, resized bilinearly to `size` unless that is 0."""
    if size:
        images = keras.ops.image.resize(images, (size, size), interpolation="bilinear")
    return dict(zip(vgg.layers, vgg(images), strict=True))


def content_difference(features, layers):
    """Mean over `layers` of `content_loss`, summed over the pairs of domains (FRL, eq. 4.5).

    features: per domain a dict of features by layer.
    """
    return sum(content_loss(a[layer], b[layer])
               for a, b in combinations(features, 2) for layer in layers) / len(layers)


def style_difference(features, real, layers, on: str = "pairs"):
    """Mean over `layers` of `style_loss` between generated and real images, summed over the
    domains (SRL, eq. 4.5).

    on="pairs": image b of a batch is compared with image b of the other, as in the thesis's
    code; on="batch": the means over the batches are compared (`batch_style_loss`).
    """
    loss = {"pairs": style_loss, "batch": batch_style_loss}[on]
    return sum(loss(a[layer], b[layer])
               for a, b in zip(features, real, strict=True) for layer in layers) / len(layers)


@COUPLINGS.register("content")
def content(config, generators, frozen):
    """The domains' images have the same deep features (FRL, eq. 4.5)."""
    return Coupling("content", config.content_weight, lambda made: content_difference(
        made.read_by(frozen.vgg), layers_of(config.content_layers)))


@COUPLINGS.register("style")
def style(config, generators, frozen):
    """Every domain's images have the Gram matrices of its real ones (SRL, eq. 4.5)."""
    return Coupling("style", config.style_weight, lambda made: style_difference(
        made.read_by(frozen.vgg), made.real_read_by(frozen.vgg),
        layers_of(config.style_layers), config.style_on))

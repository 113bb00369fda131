"""Photographs in the style of paintings, by trained nets: variational, or plain AdaIN.

Both separate an image's content from its style, a vector, and combine any content with any style;
a mixture of styles is a weighted sum of vectors. Images are [B, H, W, 3] in [-1, 1]; `multiple`
must divide their sides. padding: what convolutions see beyond the edge, see `nets.adain`.
repaints: whether the photograph's pixels, repainted in the style's colours (`nets.palette`), are
added to what the decoder draws, so that it draws strokes alone; its content is then a pair of
features and photographs. That is in neither of the papers.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.style import LEVELS, moments
from nets import adain, palette
from nets.architectures.style import DECODED, MULTIPLE
from nets.palette import palette_of, repaint
from nets.vgg import VGGFeatures

if TYPE_CHECKING:
    import keras

ops = Lazy("keras.ops")

Content = tuple[Tensor, ...]    # features and, where a stylist repaints, the photographs


class VariationalStylist:
    """Its styles are the points of a latent space; every point is a style (the slides' pipeline).

    nets: the Keras models "content_encoder", "style_encoder" and "decoder". style_encoder: one of
    `nets.style_statistics` in place of the convolutional one. content_encoder: of VGG's `layer` of
    `nets.architectures.style.DECODED`, in place of a convolutional one that learns.
    """

    def __init__(self, latent_dim: int, width: float = 1.0, precision: str | None = None,
                 padding: str = "same", repaints: bool = False,
                 style_encoder: "keras.Model | None" = None,
                 content_encoder: "keras.Model | None" = None, layer: str | None = None):
        self.latent_dim, self.repaints = latent_dim, repaints
        self.multiple = DECODED[layer].multiple if layer else MULTIPLE
        common = width, precision, padding
        encoder = style_encoder or adain.build_style_encoder(latent_dim, *common)
        decoder = palette.build_repainting_decoder if repaints else adain.build_style_decoder
        self.nets = {"content_encoder": content_encoder or adain.build_content_encoder(*common),
                     "style_encoder": palette.with_palette(encoder) if repaints else encoder,
                     "decoder": decoder(latent_dim, *common, layer)}

    def content(self, images: Tensor) -> Content:
        """The images' content [B, H/8, W/8, C], or of VGG's layer."""
        features = self.nets["content_encoder"](images)
        return (features, images) if self.repaints else (features,)

    def style(self, images: Tensor) -> Tensor:
        """The mean of the images' style, [B, latent_dim]."""
        return self.distribution(images)[0]

    def distribution(self, images: Tensor) -> Sequence[Tensor]:
        """Mean and log variance of the images' style, each [B, latent_dim]."""
        return self.nets["style_encoder"](images)

    def image(self, content: Content, style: Tensor) -> Tensor:
        """Images of the given content in the given style."""
        return self.nets["decoder"]([*content, style])


class PlainStylist:
    """Its styles are the means and deviations of the channels of a layer of VGG (Huang and
    Belongie 2017), so that a mixture of styles is their sum of w_k AdaIN(f(c), f(s_k)).

    Where it repaints, the rows of its decoder have instance norms, which the paper has not: from
    what a decoder without norms draws in a thousand iterations nothing is seen.

    layer: one of `nets.architectures.style.DECODED`. nets: the Keras model "decoder".
    """

    latent_dim = None

    def __init__(self, layer: str, weights: str | Path | None, net: str = "vgg19",
                 precision: str = "float32", padding: str = "same", repaints: bool = False):
        self.repaints = repaints
        norm = "instance" if repaints else None
        self.nets = {"decoder": adain.build_decoder(layer, precision, padding, norm)}
        if repaints:                            # in the beginning the decoder draws nothing
            last = self.nets["decoder"].layers[-1]
            last.set_weights([np.zeros_like(weight) for weight in last.get_weights()])
        self.multiple = DECODED[layer].multiple
        self.vgg = VGGFeatures([layer], weights, net, precision=precision)

    def content(self, images: Tensor) -> Content:
        """The images' features [B, h, w, C] of the layer."""
        features = self.vgg(images)[0]
        return (features, images) if self.repaints else (features,)

    def style(self, images: Tensor) -> Tensor:
        """The means and deviations of those features, [B, 2 C], and behind them those of the
        colours, [B, 6], where it repaints."""
        return self.style_of(self.content(images)[0], images)

    def style_of(self, features: Tensor, images: Tensor) -> Tensor:
        """As `style`, of images whose features are known."""
        style = adain.concat_moments(moments(features))
        return ops.concatenate([style, palette_of(images)], -1) if self.repaints else style

    def styled(self, content: Content, style: Tensor) -> Tensor:
        """AdaIN of the content's features with the style's moments, which the decoder draws."""
        features = content[0]
        return apply_style(features, style[:, :2 * features.shape[-1]])

    def image(self, content: Content, style: Tensor) -> Tensor:
        """Images of the given content in the given style."""
        return self.drawn(self.styled(content, style), content, style)

    def drawn(self, styled: Tensor, content: Content, style: Tensor) -> Tensor:
        """As `image`, of features that are `styled` already."""
        image = self.decode(styled)
        if not self.repaints:
            return image
        return repaint(content[1], style[:, -palette.SIZE:]) + image

    def decode(self, features: Tensor) -> Tensor:
        """The decoder's images for features [B, h, w, C].

        The features are divided by LEVELS first: VGG's are as large as its input of 0..255, and
        the images of an untrained decoder would be too. (The paper's code scales VGG's weights.)
        """
        return self.nets["decoder"](features / LEVELS)


def apply_style(features: Tensor, style: Tensor) -> Tensor:
    """AdaIN of `features` [B, h, w, C] with the mean and deviation in `style` [B, 2 C]."""
    mean, sd = ops.split(style[:, None, None], 2, -1)
    return adain.adain(features, mean, sd)

"""Photographs in the style of paintings, by trained nets: variational, or plain AdaIN.

Both take an image's content apart from its style, a vector, and put any two together; styles
mix as vectors do. Images are [B, H, W, 3] in [-1, 1], with sides that `multiple` divides.
"""

from keras import ops

from losses.style import LEVELS, moments
from nets import adain
from nets.architectures.style import DECODED, MULTIPLE
from nets.vgg import VGGFeatures


class VariationalStylist:
    """A style is a point of a latent space in which every point is one (the slides' pipeline).

    nets: content_encoder, style_encoder and decoder, by name.
    """

    multiple = MULTIPLE

    def __init__(self, latent_dim: int, width: float = 1.0, precision: str | None = None):
        self.latent_dim = latent_dim
        self.nets = {"content_encoder": adain.build_content_encoder(width, precision),
                     "style_encoder": adain.build_style_encoder(latent_dim, width, precision),
                     "decoder": adain.build_style_decoder(latent_dim, width, precision)}

    def content(self, images):
        """The images' content [B, H/8, W/8, C]."""
        return self.nets["content_encoder"](images)

    def style(self, images):
        """The mean of the images' style, [B, latent_dim]."""
        return self.distribution(images)[0]

    def distribution(self, images) -> list:
        """Mean and log variance of the images' style, each [B, latent_dim]."""
        return self.nets["style_encoder"](images)

    def image(self, content, style):
        """Images of the given content in the given style."""
        return self.nets["decoder"]([content, style])


class PlainStylist:
    """A style is the mean and deviation of each channel of a layer of VGG (Huang and Belongie
    2017), so that mixing styles is their sum of w_k AdaIN(f(c), f(s_k)).

    layer: one of `nets.architectures.style.DECODED`. nets: the decoder.
    """

    latent_dim = None

    def __init__(self, layer: str, weights, net: str = "vgg19", precision: str = "float32"):
        self.nets = {"decoder": adain.build_decoder(layer, precision)}
        self.multiple = DECODED[layer].multiple
        self.vgg = VGGFeatures([layer], weights, net, precision=precision)

    def content(self, images):
        """The images' features [B, h, w, C] of the layer."""
        return self.vgg(images)[0]

    def style(self, images):
        """Means and deviations of those features, [B, 2 C]."""
        return joined(moments(self.content(images)))

    def image(self, content, style):
        """Images of the given content in the given style."""
        return self.decoded(styled(content, style))

    def decoded(self, features):
        """The images that the decoder sees in features [B, h, w, C].

        It gets them in the units of images: VGG's are as large as its input of 0..255, and an
        untrained decoder's images would be too. (The paper's code scales VGG's weights.)
        """
        return self.nets["decoder"](features / LEVELS)


def joined(statistics):
    """Mean and deviation, each [B, 1, 1, C], as one vector [B, 2 C]."""
    return ops.concatenate([x[:, 0, 0] for x in statistics], -1)


def styled(features, style):
    """AdaIN of `features` [B, h, w, C] with the mean and deviation in `style` [B, 2 C]."""
    mean, sd = ops.split(style[:, None, None], 2, -1)
    return adain.adain(features, mean, sd)

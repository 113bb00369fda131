"""The inverse network: activations of VGG-19 back to images (Chen's thesis, appendix B).

Table B.1, VGG-19 from its input to relu3_1, is `nets.vgg.VGGFeatures` cut at LAYER.
"""

import keras

from nets.architectures import Architecture, Row
from nets.build import build_convolutional

LAYER, CHANNELS, HALVINGS = "block3_conv1", 256, 2       # relu3_1, of H/4 x W/4 x 256
NORM_RELU = {"norm": "instance", "activation": "relu"}

# Table B.2: B.1 reversed, with upsampling for pooling. The instance norm scales and shifts its
# channels and weights start orthogonal as in the thesis's code; the text mentions neither.
INVERSE_NETWORK = (                                      # H/4 x W/4 x 256
    Row("conv", 128, 3, **NORM_RELU),                    # H/4 x W/4 x 128
    Row("upconv", 128, 3, 2, **NORM_RELU),               # H/2 x W/2 x 128
    Row("conv", 64, 3, **NORM_RELU),                     # H/2 x W/2 x 64
    Row("upconv", 64, 3, 2, **NORM_RELU),                # H x W x 64
    Row("conv", 3, 3),                                   # H x W x 3
)


def build_inverse(width: float = 1.0) -> keras.Model:
    """f: activations [B, h, w, 256] of LAYER -> images [B, 4h, 4w, 3], nominally in [-1, 1].

    Of any size, and not bounded: eq. 4.7 alone keeps the pixels in range. width: factor on all
    filters but the image's.
    """
    table = Architecture(INVERSE_NETWORK, initializer="orthogonal")
    return build_convolutional(table, CHANNELS, width, "inverse")

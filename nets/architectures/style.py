"""The tables of style transfer's nets; nothing here needs Keras.

Rows as in `nets.architectures`, all of 3x3 and fully convolutional. Sources: Chen's thesis,
appendix B; Huang and Belongie 2017. The slides on variational style (Schopohl and Fuchsgruber
2019) give a pipeline but no layers ("only shallow networks", 256x256): those tables are ours.
"""

from typing import Any, NamedTuple

from nets.architectures import Row


class DecodedLayer(NamedTuple):
    """A layer of VGG that a decoder turns back into an image.

    channels: of the layer. multiple: side in pixels of the square that one of its positions
    stands for. first: index of the first row of DECODER that it needs.
    """

    channels: int
    multiple: int
    first: int


# What convolutions see beyond the edge: the words of --padding, and those of a row.
PADDING = {"zeros": "same", "reflect": "reflect"}

RELU: dict[str, Any] = {"activation": "relu"}
NORM_RELU: dict[str, Any] = {"norm": "instance", **RELU}

# Table B.1, VGG-19 to relu3_1, is `nets.vgg.VGGFeatures` cut at this layer, of H/4 x W/4 x 256.
INVERTED, CHANNELS = "block3_conv1", 256
# Table B.2: B.1 reversed, with upsampling for pooling. The instance norm scales and shifts its
# channels, and weights start orthogonal, as in the thesis's code; the text mentions neither.
INVERSE_NETWORK = (                                      # H/4 x W/4 x 256
    Row("conv", 128, 3, **NORM_RELU),                    # H/4 x W/4 x 128
    Row("upconv", 128, 3, 2, **NORM_RELU),               # H/2 x W/2 x 128
    Row("conv", 64, 3, **NORM_RELU),                     # H/2 x W/2 x 64
    Row("upconv", 64, 3, 2, **NORM_RELU),                # H x W x 64
    Row("conv", 3, 3),                                   # H x W x 3
)

# VGG-19 to relu4_1 reversed, without norms (Huang and Belongie, section 5 and code). They pad by
# reflection; here images are padded with zeros, as in VGG. The decoder of a shallower layer is
# the end of this table.
DECODER = (                                  # relu4_1: H/8 x W/8 x 512
    Row("conv", 256, 3, **RELU),             # H/8 x W/8 x 256
    Row("upconv", 256, 3, 2, **RELU),        # H/4 x W/4 x 256
    Row("conv", 256, 3, **RELU),             # H/4 x W/4 x 256
    Row("conv", 256, 3, **RELU),             # H/4 x W/4 x 256, as relu3_1
    Row("conv", 128, 3, **RELU),             # H/4 x W/4 x 128
    Row("upconv", 128, 3, 2, **RELU),        # H/2 x W/2 x 128, as relu2_1
    Row("conv", 64, 3, **RELU),              # H/2 x W/2 x 64
    Row("upconv", 64, 3, 2, **RELU),         # H x W x 64
    Row("conv", 3, 3),                       # H x W x 3
)
DECODED = {"block4_conv1": DecodedLayer(512, 8, 0), "block3_conv1": DecodedLayer(256, 4, 4),
           "block2_conv1": DecodedLayer(128, 2, 6)}

MULTIPLE = 8                                 # the three tables below divide sides by this
# E_c. Instance norm takes the image's own style statistics out of its content.
CONTENT_ENCODER = (                          # H x W x 3
    Row("conv", 64, 3, 2, **NORM_RELU),      # H/2 x W/2 x 64
    Row("conv", 128, 3, 2, **NORM_RELU),     # H/4 x W/4 x 128
    Row("conv", 256, 3, 2, **NORM_RELU),     # H/8 x W/8 x 256
    Row("residual", 256, 3, **NORM_RELU),    # H/8 x W/8 x 256
    Row("residual", 256, 3, **NORM_RELU),    # H/8 x W/8 x 256
)
# E_s, whose last maps are averaged over space. No norm, which would remove the style.
STYLE_ENCODER = (                            # H x W x 3
    Row("conv", 64, 3, 2, **RELU),           # H/2 x W/2 x 64
    Row("conv", 128, 3, 2, **RELU),          # H/4 x W/4 x 128
    Row("conv", 256, 3, 2, **RELU),          # H/8 x W/8 x 256
    Row("conv", 256, 3, 2, **RELU),          # H/16 x W/16 x 256
)
# AdaIN, which takes its moments from the style, follows each convolution but the last.
STYLE_DECODER = (                            # H/8 x W/8 x 256
    Row("residual", 256, 3, **RELU),         # H/8 x W/8 x 256
    Row("residual", 256, 3, **RELU),         # H/8 x W/8 x 256
    Row("upconv", 128, 3, 2, **RELU),        # H/4 x W/4 x 128
    Row("upconv", 64, 3, 2, **RELU),         # H/2 x W/2 x 64
    Row("upconv", 32, 3, 2, **RELU),         # H x W x 32
    Row("conv", 3, 3),                       # H x W x 3
)

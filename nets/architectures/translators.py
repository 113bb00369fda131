"""Nets from images to images (Zhu et al. 2017, CycleGAN, section 4 and appendix 7.2): a residual
translator, and discriminators of patches.

They take images of any size, so no registry holds them: how deep they are is a number.
"""

from typing import Any

from nets.architectures import Row

REFLECT: dict[str, Any] = {"padding": "reflect"}
INSTANCE_RELU: dict[str, Any] = {"norm": "instance", "activation": "relu"}
LARGEST_OF_SIX = 128            # height or width up to which six blocks were published


def blocks_for(side: int) -> int:
    """Residual blocks for images of this side: six up to 128 pixels, nine above."""
    return 6 if side <= LARGEST_OF_SIX else 9


def translator(blocks: int) -> tuple[Row, ...]:
    """The residual translator with so many blocks, for images whose sides are multiples of 4.

    Edges are reflected, so that no frame of zeros is learned. Each norm is over one image's map.
    """
    return (
        Row("conv", 64, 7, **INSTANCE_RELU, **REFLECT),           # H x W x 64
        Row("conv", 128, 3, 2, **INSTANCE_RELU),                  # H/2 x W/2 x 128
        Row("conv", 256, 3, 2, **INSTANCE_RELU),                  # H/4 x W/4 x 256
        *(Row("residual", 256, 3, **INSTANCE_RELU, **REFLECT),) * blocks,
        Row("convt", 128, 3, 2, **INSTANCE_RELU),                 # H/2 x W/2 x 128
        Row("convt", 64, 3, 2, **INSTANCE_RELU),                  # H x W x 64
        Row("conv", 3, 7, activation="tanh", **REFLECT),          # H x W x 3
    )


def patch_critic(halvings: int) -> tuple[Row, ...]:
    """The discriminator with so many halvings: a map of scores, each of the patch around it, of
    16, 34, 70 (the published one), 142 pixels for 1, 2, 3, 4. The first row has no norm, and none
    has more than 512 filters."""
    rows = [Row("conv", 64, 4, 2, activation="leaky0.2")]
    for k in range(1, halvings + 1):
        rows.append(Row("conv", min(64 * 2**k, 512), 4, 2 if k < halvings else 1, "instance",
                        "leaky0.2"))
    return (*rows, Row("conv", 1, 4))

"""The latent encoders of cycle consistency (section 4.2.2)."""

from nets.architectures import Row
from nets.architectures.toys import TOY_DISCRIMINATOR

# Section 4.2.2 gives no table; these are the rows of the thesis's code. The last
# row has as many units as the latent.
LATENT_ENCODER = (
    Row("conv", 64, 3, 1, activation="leaky0.2"),
    Row("conv", 128, 3, 2, activation="leaky0.2"),
    Row("conv", 128, 3, 2, activation="leaky0.2"),
    Row("conv", 256, 3, 2, activation="leaky0.2", dropout=0.4),
    Row("dense"),
)
TOY_ENCODER = TOY_DISCRIMINATOR[:-1] + (Row("dense"),)

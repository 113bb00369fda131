"""Zero-centred penalties: the discriminator becomes flat on the data, on what is generated, or on
both.

The penalty weight is gamma (Mescheder et al. 2018, eq. 9 and 10; Roth et al. 2017; R3GAN).
"""

from framework.autodiff import input_gradient
from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.kernels import row_squares
from penalties.gradient import PENALTIES, Discriminator

ops = Lazy("keras.ops")


@PENALTIES.register("r1", formulas=(
    r"\frac{1}{2} \mathbb{E}_x \|\nabla_x D(x)\|_2^2",))
def r1_penalty(discriminator: Discriminator, real: Tensor) -> Tensor:
    """1/2 mean_b ||grad D(x_b)||_2^2 at the real samples [B, ...], a float32 scalar.

    discriminator: x -> raw scores [B, 1], without batch statistics.
    """
    gradient = input_gradient(discriminator, ops.cast(real, "float32"))
    return 0.5 * ops.mean(row_squares(ops.cast(gradient, "float32")))


@PENALTIES.register("r2", formulas=(
    r"\frac{1}{2} \mathbb{E}_z \|\nabla D(G(z))\|_2^2",))
def r2_penalty(discriminator: Discriminator, fake: Tensor) -> Tensor:
    """The same at the generated samples; no gradient flows into them."""
    return r1_penalty(discriminator, ops.stop_gradient(fake))


@PENALTIES.register("r1r2", formulas=(
    r"\frac{1}{2} \mathbb{E}_x \|\nabla_x D(x)\|_2^2"
    r" + \frac{1}{2} \mathbb{E}_z \|\nabla D(G(z))\|_2^2",))
def r1r2_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor) -> Tensor:
    """r1 + r2, in one pass over both."""
    both = ops.concatenate([ops.cast(real, "float32"),
                            ops.stop_gradient(ops.cast(fake, "float32"))])
    return 2 * r1_penalty(discriminator, both)

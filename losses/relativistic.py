"""The relativistic pairing loss: a discriminator tells which of two images is the real one."""

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.adversarial import LOSSES, ScoreLoss, softplus_mean

ops = Lazy("keras.ops")


@LOSSES.register("relativistic", formulas=(
    r"\mathbb{E}_{x,z} \log(1 + e^{D(G(z)) - D(x)})",
    r"\mathbb{E}_{x,z} \log(1 + e^{D(x) - D(G(z))})"))
class Relativistic(ScoreLoss):
    """RpGAN (Jolicoeur-Martineau 2018, as R3GAN has it: arXiv 2501.05441, eq. 2).

    Row b of the real scores r is compared with row b of the fake scores f. No score that both
    share counts, so a generator cannot collapse onto what one discriminator value allows. Its
    convergence is proved with the penalty r1r2.
    """

    needs_real = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean sp(f - r)."""
        return softplus_mean(ops.cast(fake, "float32") - ops.cast(real, "float32"))

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean sp(r - f)."""
        return softplus_mean(ops.cast(real, "float32") - ops.cast(fake, "float32"))

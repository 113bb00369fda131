"""Integral probability metrics with the sign removed (Chen's thesis, eq. 3.2 and figure 3.2).

WGAN minimises E f(x) - E f(y) (eq. 3.3). Its absolute value or square is as good a distance, but
not as good a game: where the critic turns its sign round, the generator must chase the real scores.
"""

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.adversarial import LOSSES
from losses.mmd import asymmetry

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")


class SymmetricIPM:
    """|mean r - mean f|^power of scores r = D(x) and f = D(G(z)), [B, 1]; the critic maximises it.

    asymmetry_weight: lambda of the regulariser of eq. 3.5 in the critic's loss, which keeps its
    sign. The critic must be kept Lipschitz, by clipping or a penalty. On several devices the means
    are over all of them.
    """

    needs_real = True

    def __init__(self, power: int, asymmetry_weight: float = 0.0):
        self.power, self.asymmetry_weight = power, asymmetry_weight

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """|mean r - mean f|^power, a scalar in float32."""
        real, fake = (ops.cast(devices.gathered(x), "float32") for x in (real, fake))
        return ops.abs(ops.mean(real) - ops.mean(fake)) ** self.power

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """-|mean r - mean f|^power + lambda min(mean r - mean f, 0)^2."""
        loss = -self.generator(real, fake)
        if not self.asymmetry_weight:
            return loss
        return loss + self.asymmetry_weight * asymmetry(devices.gathered(real),
                                                        devices.gathered(fake))


@LOSSES.register("ipm-absolute", formulas=(
    r"-|\mathbb{E}_x D(x) - \mathbb{E}_z D(G(z))|",
    r"|\mathbb{E}_x D(x) - \mathbb{E}_z D(G(z))|"))
class AbsoluteIPM(SymmetricIPM):
    """|mean r - mean f| (eq. 3.2)."""

    def __init__(self):
        super().__init__(1)


@LOSSES.register("ipm-squared", formulas=(
    r"-(\mathbb{E}_x D(x) - \mathbb{E}_z D(G(z)))^2",
    r"(\mathbb{E}_x D(x) - \mathbb{E}_z D(G(z)))^2"))
class SquaredIPM(SymmetricIPM):
    """(mean r - mean f)^2."""

    def __init__(self):
        super().__init__(2)

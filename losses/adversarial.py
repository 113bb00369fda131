"""Adversarial losses on raw critic scores [B, 1] (or any shape), float32 inside, as scalars.

r = D(x) are the scores of real samples and f = D(G(z)) those of generated ones. With
sp(t) = log(1 + exp(t)) = -log sigmoid(-t) no loss takes the log of a sigmoid, so values and
gradients stay finite for scores of +-10000 and beyond.
"""

from framework.errors import UserError
from framework.lazy import Lazy
from framework.options import Option
from framework.registry import Registry
from framework.tensors import Tensor

ops = Lazy("keras.ops")

LOSSES = Registry("loss", package="losses")
LIPSCHITZ = ("wgan", "ipm-absolute", "ipm-squared")     # whose critic must be kept Lipschitz


def _float32(scores: Tensor) -> Tensor:
    return ops.cast(scores, "float32")


def softplus_mean(scores: Tensor) -> Tensor:
    """mean log(1 + exp(scores)), a scalar."""
    return ops.mean(ops.softplus(_float32(scores)))


class ScoreLoss:
    """Base of the losses of scores. needs_real: whether the generators' loss reads the real
    scores too."""

    needs_real = False


@LOSSES.register("minimax", formulas=(
    r"-\mathbb{E}_x \log D(x) - \mathbb{E}_z \log(1 - D(G(z)))",
    r"\mathbb{E}_z \log(1 - D(G(z)))"))
class Minimax(ScoreLoss):
    """The saturating loss of Goodfellow et al. 2014 (section 2.2)."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean sp(-r) + mean sp(f) = -mean log D(x) - mean log(1 - D(G(z)))."""
        return softplus_mean(-real) + softplus_mean(fake)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """-mean sp(f) = mean log(1 - D(G(z))) (`real` is not used)."""
        return -softplus_mean(fake)


@LOSSES.register("nonsaturating", options=(
    Option("label_smoothing", float, 0.0, "real labels are 1 minus this", low=0, high=0.49,
           serves=("discriminators",)),), formulas=(
    r"-(1 - s) \mathbb{E}_x \log D(x) - s \mathbb{E}_x \log(1 - D(x))"
    r" - \mathbb{E}_z \log(1 - D(G(z)))",
    r"-\mathbb{E}_z \log D(G(z))"))
class NonSaturating(ScoreLoss):
    """The loss used in practice (section 2.2), with one-sided label smoothing (Salimans 2016).

    label_smoothing: s in [0, 0.5). The real label becomes 1 - s; the fake label and the
    generator's target do not change. Raises UserError outside that range.
    """

    def __init__(self, label_smoothing: float = 0.0):
        if not 0 <= label_smoothing < 0.5:
            raise UserError(f"label_smoothing must be in [0, 0.5), not {label_smoothing}")
        self.label_smoothing = label_smoothing

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """(1 - s) mean sp(-r) + s mean sp(r) + mean sp(f)."""
        s = self.label_smoothing
        real_term = (1 - s) * softplus_mean(-real)
        if s > 0:
            real_term += s * softplus_mean(real)
        return real_term + softplus_mean(fake)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean sp(-f) = -mean log D(G(z)) (`real` is not used)."""
        return softplus_mean(-fake)


@LOSSES.register("leastsquares", formulas=(
    r"\frac{1}{2} \mathbb{E}_x (D(x) - 1)^2 + \frac{1}{2} \mathbb{E}_z D(G(z))^2",
    r"\frac{1}{2} \mathbb{E}_z (D(G(z)) - 1)^2"))
class LeastSquares(ScoreLoss):
    """LSGAN (Mao et al. 2017) with labels 0 for fake, 1 for real and for the generator."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """0.5 mean (r - 1)^2 + 0.5 mean f^2."""
        real_term = ops.mean(ops.square(_float32(real) - 1))
        return 0.5 * real_term + 0.5 * ops.mean(ops.square(_float32(fake)))

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """0.5 mean (f - 1)^2 (`real` is not used)."""
        return 0.5 * ops.mean(ops.square(_float32(fake) - 1))


@LOSSES.register("hinge", formulas=(
    r"\mathbb{E}_x \max(0, 1 - D(x)) + \mathbb{E}_z \max(0, 1 + D(G(z)))",
    r"-\mathbb{E}_z D(G(z))"))
class Hinge(ScoreLoss):
    """The hinge loss (Lim and Ye 2017; Miyato et al. 2018)."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean relu(1 - r) + mean relu(1 + f)."""
        real_term = ops.mean(ops.relu(1 - _float32(real)))
        return real_term + ops.mean(ops.relu(1 + _float32(fake)))

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """-mean f (`real` is not used)."""
        return -ops.mean(_float32(fake))


@LOSSES.register("wgan", formulas=(
    r"\mathbb{E}_z D(G(z)) - \mathbb{E}_x D(x)", r"-\mathbb{E}_z D(G(z))"))
class Wasserstein(ScoreLoss):
    """WGAN (section 2.4.2). The critic must be kept Lipschitz, by clipping or by eq. 2.1."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """mean f - mean r, the negative of the estimated distance."""
        return ops.mean(_float32(fake)) - ops.mean(_float32(real))

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """-mean f (`real` is not used)."""
        return -ops.mean(_float32(fake))

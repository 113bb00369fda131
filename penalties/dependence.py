"""Dependence: the images of one latent must tell more of each other than of those of another.

A difference of features within pairs is also small where all pairs resemble each other. These
terms compare the pairs of a batch with its shuffled pairs. HSIC is the squared MMD between the
joint distribution of the features and the product of their marginals (Gretton et al. 2005); CKA
is its normalised form (Kornblith et al. 2019); InfoNCE is van den Oord et al. 2018.
"""

from collections.abc import Sequence
from itertools import combinations

from framework.errors import UserError
from framework.lazy import Lazy
from framework.options import Option
from framework.tensors import Tensor
from losses.kernels import gaussian, squared_distances
from penalties.consistency import unit_rows
from penalties.couplings import COUPLINGS, MAPS, Coupling, FrozenNets, weight_option

ops = Lazy("keras.ops")

KINDS = ("infonce", "hsic", "cka")
VIEWS = ("color", "translation")        # by which each side is seen, so that no tint carries z
LEAST = 1e-12


def centred(features: Tensor) -> Tensor:
    """Features [B, d] without the mean of their domain, rows of length 1: what all images of a
    domain have in common pairs nothing."""
    features = ops.cast(features, "float32")
    return unit_rows(features - ops.mean(features, 0, keepdims=True))


def infonce(x: Tensor, y: Tensor, tau: float) -> Tensor:
    """Mean over both directions of -1/B sum_i log softmax_j(x_i . y_j / tau)_i in nats.

    x, y: rows [B, d] of length 1. log B for unrelated rows.
    """
    scores = ops.matmul(x, ops.transpose(y)) / tau
    hits = [ops.diagonal(ops.log_softmax(s, -1)) for s in (scores, ops.transpose(scores))]
    return -0.5 * (ops.mean(hits[0]) + ops.mean(hits[1]))


def hsic(k: Tensor, l: Tensor) -> Tensor:               # noqa: E741, the paper's names
    """tr(K H L H) / (B - 1)^2 of two kernel matrices [B, B], a scalar."""
    k = k - ops.mean(k, 0, keepdims=True)
    l = l - ops.mean(l, 0, keepdims=True)               # noqa: E741
    return ops.sum(ops.transpose(k) * l) / (k.shape[0] - 1) ** 2


def cka(k: Tensor, l: Tensor) -> Tensor:                # noqa: E741
    """HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)), in [0, 1]."""
    return hsic(k, l) / ops.sqrt(hsic(k, k) * hsic(l, l) + LEAST)


def own_kernel(x: Tensor) -> Tensor:
    """The Gaussian kernel of the rows x [B, d] with each other, as wide as their mean squared
    distance."""
    width = ops.stop_gradient(ops.mean(squared_distances(x, x)))
    return gaussian(x, x, 1 / (width + LEAST))


def dependence_loss(features: Sequence[Tensor], kind: str = "infonce", tau: float = 0.07) -> Tensor:
    """How little the domains' features of the same latents depend on each other, summed over pairs
    of domains, a scalar: InfoNCE, -HSIC or 1 - CKA.

    features: per domain [B, d] of B >= 2 samples. tau: temperature of infonce. Raises UserError
    for another `kind`.
    """
    if kind not in KINDS:
        raise UserError(f"dependence must be {', '.join(KINDS)}, not {kind!r}")
    total = ops.zeros((), "float32")
    for x, y in combinations([centred(f) for f in features], 2):
        if kind == "infonce":
            total += infonce(x, y, tau)
        elif kind == "hsic":
            total -= hsic(own_kernel(x), own_kernel(y))
        else:
            total += 1 - cka(own_kernel(x), own_kernel(y))
    return total


@COUPLINGS.register("dependence", options=(
    weight_option("dependence", "of the images of one latent on each other, by a frozen net"),
    Option("dependence", str, "infonce", "how it is measured", choices=KINDS),
    Option("dependence_tau", float, 0.07, "temperature of infonce", low=1e-3, high=100), *MAPS),
    formulas=(r"-I(\phi(G_i(z)); \phi(G_j(z)))",))
def dependence_coupling(frozen: FrozenNets, dependence_weight: float, dependence: str,
                        dependence_tau: float) -> Coupling:
    """Images of one latent are found among those of the others (see `dependence_loss`)."""
    def term(outputs):
        seen = outputs.features_of(frozen.maps, VIEWS)
        return dependence_loss([ops.mean(maps, (1, 2)) for maps in seen], dependence,
                               dependence_tau)
    return Coupling("dependence", dependence_weight, term)

"""Self-similarity: where two places of an image look alike, they do so in every domain.

Zheng et al. 2021 (F-LSeSim, arXiv 2104.00854, eq. 1 and 2): pose and shape without colour.
"""

from collections.abc import Sequence
from itertools import combinations

from framework.lazy import Lazy
from framework.tensors import Tensor
from penalties.consistency import unit_rows
from penalties.couplings import COUPLINGS, MAPS, Coupling, FrozenNets, weight_option

ops = Lazy("keras.ops")

LEAST = 1e-8                    # squared norm under a root


def self_similarity(maps: Tensor) -> Tensor:
    """S [B, P, P]: the cosines between the features of all P = h w places of maps
    [B, h, w, C]."""
    maps = ops.cast(maps, "float32")
    places = ops.reshape(maps, (ops.shape(maps)[0], maps.shape[1] * maps.shape[2], maps.shape[3]))
    unit = places / ops.sqrt(ops.sum(ops.square(places), -1, keepdims=True) + LEAST)
    return ops.matmul(unit, ops.transpose(unit, (0, 2, 1)))


def similarity_difference(maps: Sequence[Tensor]) -> Tensor:
    """The mean over the batch of 1 - cos(S_a, S_b), summed over pairs of domains, a scalar.

    maps: per domain [B, h, w, C].
    """
    total = ops.zeros((), "float32")
    for a, b in combinations([unit_rows(self_similarity(each)) for each in maps], 2):
        total += ops.mean(1 - ops.sum(a * b, -1))
    return total


@COUPLINGS.register("similarity", options=(
    weight_option("similarity", "difference of the images' self-similarity, by a frozen net"),
    *MAPS), formulas=(
    r"\langle (S(\phi(G_i(z))) - S(\phi(G_j(z))))^2 \rangle",))
def similarity_coupling(frozen: FrozenNets, similarity_weight: float) -> Coupling:
    """What is alike within one image is alike within its partner."""
    return Coupling("similarity", similarity_weight, lambda outputs: similarity_difference(
        outputs.features_of(frozen.maps)))

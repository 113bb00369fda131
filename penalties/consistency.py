"""Distance consistency: samples that are alike in one domain are alike in every other.

Ojha et al. 2021 (arXiv 2104.06820, eq. 1 to 3), between generators that train together. Unlike a
difference of features it compares the relations within a batch, so that domains may look as
unlike each other as they do.
"""

from collections.abc import Sequence
from itertools import combinations

from framework.lazy import Lazy
from framework.tensors import Tensor
from penalties.couplings import COUPLINGS, Coupling, weight_option

ops = Lazy("keras.ops")

NEVER = -1e9                    # instead of -inf, whose product with 0 is no number
LEAST = 1e-8                    # squared norm under a root


def unit_rows(features: Tensor) -> Tensor:
    """Features [B, ...] as rows [B, d] of length 1, float32."""
    rows = ops.reshape(ops.cast(features, "float32"), (ops.shape(features)[0], -1))
    return rows / ops.sqrt(ops.sum(ops.square(rows), -1, keepdims=True) + LEAST)


def log_relations(features: Tensor) -> Tensor:
    """log p [B, B] of p_ij = softmax over j != i of the cosine of samples i and j; on the
    diagonal NEVER."""
    rows = unit_rows(features)
    cosines = ops.matmul(rows, ops.transpose(rows))
    itself = ops.eye(ops.shape(rows)[0], dtype="float32")
    scores = cosines * (1 - itself) + NEVER * itself
    return ops.log_softmax(scores, -1) * (1 - itself) + NEVER * itself


def distance_consistency(features: Sequence[Sequence[Tensor]]) -> Tensor:
    """The mean over rows and samples of (KL(p^a_i || p^b_i) + KL(p^b_i || p^a_i)) / 2 in nats,
    summed over pairs of domains, a scalar.

    features: per domain the generator's features, one tensor [B, ...] per row; the last, which is
    the image, is left out. The paper draws one row at random in each step and takes KL from the
    source alone, whose weights are fixed there.
    """
    total = ops.zeros((), "float32")
    for one, other in combinations(features, 2):
        rows = list(zip(one[:-1], other[:-1], strict=True))
        for a, b in rows:
            log_p, log_q = log_relations(a), log_relations(b)
            differences = (ops.exp(log_p) - ops.exp(log_q)) * (log_p - log_q)
            total += 0.5 * ops.mean(ops.sum(differences, -1)) / len(rows)
    return total


@COUPLINGS.register("consistency", options=(
    weight_option("consistency", "difference of the samples' relations within a batch (Ojha et "
                  "al. 2021, with 1000)"),), formulas=(
    r"\frac{1}{2L} \sum_l \mathbb{E}\, [\mathrm{KL}(p_i \,\|\, p_j)"
    r" + \mathrm{KL}(p_j \,\|\, p_i)]",))
def consistency_coupling(consistency_weight: float) -> Coupling:
    """Distance consistency over the rows of the generators."""
    return Coupling("consistency", consistency_weight,
                    lambda outputs: distance_consistency(outputs.features))

"""Couplings: terms of the outputs of all generators for the same z, as float32 scalars.

With more than two domains every term is a sum over all pairs of domains; for a single domain it
is zero.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.perceptual import mean_squared_difference

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")

MIN_PROBABILITY = 1e-7          # under a logarithm
SEMANTIC_ON = ("probabilities", "logits", "kl")


def feature_difference(features: Sequence[Sequence[Tensor]],
                       rows: int | Iterable[int]) -> Tensor:
    """Sum over `rows` of the mean squared difference of features (eq. 4.1).

    features: per domain the generator's list of features, one per row. rows: their numbers from 1
    on, or how many from the front. Eq. 4.1 divides by K; the thesis's code does not, and its
    weights of 10 to 100 are meant for the sum, as here. Raises UserError as `check_features`.
    """
    chosen = range(1, rows + 1) if isinstance(rows, int) else list(rows)
    check_features(features, chosen)
    return _total(mean_squared_difference(one[row - 1], other[row - 1])
                  for one, other in combinations(features, 2) for row in chosen)


def check_features(features: Sequence[Sequence[Tensor]], rows: Sequence[int]) -> None:
    """Raises UserError unless every domain's generator has all `rows`, whose features have the
    same shape in all domains."""
    there = min(len(of_domain) for of_domain in features)
    if not rows or not 1 <= min(rows) <= max(rows) <= there:
        raise UserError(f"features can be compared over 1 to {there} rows, not "
                        + ", ".join(map(str, rows)))
    for row in rows:
        shapes = [tuple(of_domain[row - 1].shape[1:]) for of_domain in features]
        if other := next((shape for shape in shapes if shape != shapes[0]), None):
            raise UserError(f"features of row {row} cannot be compared: their shape is {shapes[0]} "
                            f"in the first domain and {other} in domain {shapes.index(other) + 1}; "
                            "name other rows by --feature_rows")


def semantic_difference(predictions: Sequence[Tensor], on: str = "probabilities",
                        multilabel: bool = False) -> Tensor:
    """How differently a frozen classifier reads the domains' images (section 4.2.1).

    predictions: per domain the LOGITS [B, C]. p and q are two domains' probabilities: a softmax,
    or a sigmoid per attribute if `multilabel`.
    on="probabilities": the mean over batch and classes of (p - q)^2, as in listing 6.15 (eq. 4.2
    halves it). on="logits": the same for the logits, whose gradient does not vanish for confident
    predictions. on="kl": the mean over the batch of (KL(p||q) + KL(q||p)) / 2 in nats, summed
    over attributes if `multilabel`. Raises UserError for another `on`.
    """
    if on not in SEMANTIC_ON:
        raise UserError(f"semantic_on must be {', '.join(SEMANTIC_ON)}, not {on!r}")
    predictions = _as_float32(predictions)
    if on == "logits":
        return _total(mean_squared_difference(a, b) for a, b in combinations(predictions, 2))
    probabilities = [_probabilities(logits, multilabel) for logits in predictions]
    if on == "probabilities":
        return _total(mean_squared_difference(p, q) for p, q in combinations(probabilities, 2))
    logs = [_log_probabilities(logits, multilabel) for logits in predictions]
    return _total(0.5 * _mean_of_sums((ops.exp(p) - ops.exp(q)) * (p - q))
                  for p, q in combinations(logs, 2))


def uncertainty(predictions: Sequence[Tensor], multilabel: bool = False) -> Tensor:
    """The mean over the batch of the entropy of what a frozen classifier reads, in nats, summed
    over domains (CatGAN demands it of real images: Springenberg 2016, arXiv 1511.06390, eq. 2).

    predictions: per domain the logits [B, C]. It is 0 where every image is read as one class, and
    log C where it can be any. Attributes' entropies are summed if `multilabel`.
    """
    logs = [_log_probabilities(logits, multilabel) for logits in _as_float32(predictions)]
    return _total(-_mean_of_sums(ops.exp(log) * log) for log in logs)


def class_balance(predictions: Sequence[Tensor], frequencies: Tensor,
                  multilabel: bool = False) -> Tensor:
    """KL(mean prediction of the batch || frequencies) in nats, summed over domains.

    predictions: per domain the logits [B, C]. frequencies: the data's class frequencies [C],
    which sum to one, or each attribute's frequency if `multilabel` (the KLs of the attributes
    are then summed). Without this term generators satisfy a strong semantic term by drawing one
    class only.
    """
    frequencies = ops.cast(frequencies, "float32")

    def divergence(p, q):
        p, q = ops.maximum(p, MIN_PROBABILITY), ops.maximum(q, MIN_PROBABILITY)
        return ops.sum(p * (ops.log(p) - ops.log(q)))

    total = 0.0
    for logits in _as_float32(predictions):
        mean = devices.mean_over_replicas(ops.mean(_probabilities(logits, multilabel), axis=0))
        total += divergence(mean, frequencies)
        if multilabel:
            total += divergence(1 - mean, 1 - frequencies)
    return total


def latent_reconstruction(recovered: Sequence[Tensor], z: Tensor, norm: str = "l1") -> Tensor:
    """The distance of the encoder's latents from z, summed over domains (section 4.2.2).

    recovered: per domain F(G(z)) [B, latent_dim]. norm="l1": the mean absolute error, as in
    listing 6.16; "l2": the mean over the batch of ||F(G(z)) - z||_2^2 (eq. 4.3), which is
    latent_dim times a mean square. Raises UserError for another `norm`.
    """
    if norm not in ("l1", "l2"):
        raise UserError(f"cycle_norm must be l1 or l2, not {norm!r}")
    z = ops.cast(z, "float32")
    errors = [of_domain - z for of_domain in _as_float32(recovered)]
    if norm == "l1":
        return _total(ops.mean(ops.abs(error)) for error in errors)
    return _total(ops.mean(ops.sum(ops.square(error), axis=-1)) for error in errors)


def weight_difference(nets: Sequence[Any]) -> Tensor:
    """The sum over all pairs of corresponding weights of the mean squared difference.

    As in the thesis's code. nets: Keras models, generators built from one table; variables that
    two of them share are skipped.
    """
    return _total(
        mean_squared_difference(a, b)
        for one, other in combinations(nets, 2)
        for a, b in zip(one.trainable_variables, other.trainable_variables, strict=True)
        if a is not b)


def _probabilities(logits: Tensor, multilabel: bool) -> Tensor:
    return ops.sigmoid(logits) if multilabel else ops.softmax(logits, axis=-1)


def _log_probabilities(logits: Tensor, multilabel: bool) -> Tensor:
    """[B, C], or [B, attributes, 2]: an attribute is a choice between two, of logits a and 0."""
    if multilabel:
        logits = ops.stack([logits, ops.zeros_like(logits)], -1)
    return ops.log_softmax(logits, axis=-1)


def _mean_of_sums(terms: Tensor) -> Tensor:
    """The mean over the first axis of the sums over all others."""
    return ops.sum(ops.mean(terms, 0))


def _as_float32(tensors: Sequence[Tensor]) -> list[Tensor]:
    return [ops.cast(tensor, "float32") for tensor in tensors]


def _total(terms: Iterable[Tensor]) -> Tensor:
    return sum(terms, start=ops.zeros((), "float32"))

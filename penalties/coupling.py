"""Couplings: terms of what all generators made from the same z, as float32 scalars.

With more than two domains every term sums over all pairs of domains, and every one is zero
for a single domain.
"""

from itertools import combinations

from framework.errors import UserError
from framework.lazy import Lazy

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")

FLOOR = 1e-7


def feature_difference(features, layers: int):
    """Sum over the first `layers` rows of the mean squared difference of features (eq. 4.1).

    features: per domain the generator's list of features, one per row. Eq. 4.1 divides by K;
    the thesis's code does not, and its weights of 10 to 100 belong to the sum, as here.
    Raises UserError when the generators have fewer rows.
    """
    rows = min(len(of_domain) for of_domain in features)
    if not 1 <= layers <= rows:
        raise UserError(f"features can be compared over 1 to {rows} rows, not {layers}")
    return _total(_mean_square(a - b)
                  for one, other in combinations(features, 2)
                  for a, b in zip(_floats(one[:layers]), _floats(other[:layers]), strict=True))


def semantic_difference(predictions, on: str = "probabilities", multilabel: bool = False):
    """How differently a frozen classifier reads the domains' images (section 4.2.1).

    predictions: per domain the LOGITS [B, C]. With p, q two domains' probabilities (softmax,
    or a sigmoid per attribute if `multilabel`):
    on="probabilities": mean over batch and classes of (p - q)^2, as listing 6.15 (eq. 4.2
    halves it); on="logits": the same of logits, whose gradient does not vanish for confident
    predictions; on="kl": mean over the batch of (KL(p||q) + KL(q||p)) / 2 in nats, summed over
    attributes if `multilabel`. Raises UserError for another `on`.
    """
    if on not in ("probabilities", "logits", "kl"):
        raise UserError(f"semantic_on must be probabilities, logits or kl, not {on!r}")
    predictions = _floats(predictions)
    if on == "logits":
        return _total(_mean_square(a - b) for a, b in combinations(predictions, 2))
    probabilities = [_probabilities(logits, multilabel) for logits in predictions]
    if on == "probabilities":
        return _total(_mean_square(p - q) for p, q in combinations(probabilities, 2))
    scores = predictions if multilabel else [ops.log_softmax(a, axis=-1) for a in predictions]
    return _total(
        0.5 * ops.mean(ops.sum((p - q) * (score_p - score_q), axis=-1))
        for (p, score_p), (q, score_q)
        in combinations(list(zip(probabilities, scores, strict=True)), 2))


def class_balance(predictions, frequencies, multilabel: bool = False):
    """KL(mean prediction of the batch || frequencies) in nats, summed over domains.

    predictions: per domain the logits [B, C]; frequencies: the data's class frequencies [C],
    summing to one, or each attribute's frequency if `multilabel` (the KLs of the attributes
    are then summed). Without it a strong semantic term is met by drawing one class only.
    """
    frequencies = ops.cast(frequencies, "float32")

    def divergence(p, q):
        p, q = ops.maximum(p, FLOOR), ops.maximum(q, FLOOR)
        return ops.sum(p * (ops.log(p) - ops.log(q)))

    total = 0.0
    for logits in _floats(predictions):
        mean = devices.mean_over_replicas(ops.mean(_probabilities(logits, multilabel), axis=0))
        total += divergence(mean, frequencies)
        if multilabel:
            total += divergence(1 - mean, 1 - frequencies)
    return total


def latent_reconstruction(recovered, z, norm: str = "l1"):
    """How far the encoder's latents are from z, summed over domains (section 4.2.2).

    recovered: per domain F(G(z)) [B, latent_dim]. norm="l1": the mean absolute error, as
    listing 6.16; "l2": the mean over the batch of ||F(G(z)) - z||_2^2 (eq. 4.3), which is
    latent_dim times a mean square. Raises UserError for another `norm`.
    """
    if norm not in ("l1", "l2"):
        raise UserError(f"cycle_norm must be l1 or l2, not {norm!r}")
    z = ops.cast(z, "float32")
    errors = [of_domain - z for of_domain in _floats(recovered)]
    if norm == "l1":
        return _total(ops.mean(ops.abs(error)) for error in errors)
    return _total(ops.mean(ops.sum(ops.square(error), axis=-1)) for error in errors)


def weight_difference(nets):
    """Mean squared difference of corresponding weights, summed over them (the thesis's code).

    nets: generators built from one table; variables that two of them share are skipped.
    """
    return _total(
        _mean_square(ops.cast(a, "float32") - ops.cast(b, "float32"))
        for one, other in combinations(nets, 2)
        for a, b in zip(one.trainable_variables, other.trainable_variables, strict=True)
        if a is not b)


def _probabilities(logits, multilabel: bool):
    return ops.sigmoid(logits) if multilabel else ops.softmax(logits, axis=-1)


def _mean_square(difference):
    return ops.mean(ops.square(difference))


def _floats(tensors) -> list:
    return [ops.cast(tensor, "float32") for tensor in tensors]


def _total(terms):
    return sum(terms, start=ops.zeros((), "float32"))

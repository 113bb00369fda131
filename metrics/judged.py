"""Measures by the judge, an independently trained classifier of the run's domains."""

from collections.abc import Mapping, Sequence

import numpy as np

from metrics.agreement import (
    MIN_PRESENT_SHARE,
    Classifier,
    attribute_agreement,
    attribute_shares,
    class_shares,
    count_classes_present,
    pair_agreement,
)
from metrics.report import Result
from metrics.running import Mean
from metrics.streams import Batch, Comparison, generated_stream, real_stream

JUDGE_NAME = "judge"


def identity(logits: np.ndarray) -> np.ndarray:
    """Stands for the judge where logits are passed instead of images."""
    return logits


class Agreement:
    """Pair agreement of the domains `names`, their class shares, and the agreement by chance.

    judge: a function from images to logits, [n, classes] or [n, attributes]. attributes: the
    names of yes-or-no properties, where they stand in for classes. streams: those compared, one
    for each name; none: what each generator drew.
    """

    def __init__(self, judge: Classifier, names: Sequence[str], attributes: Sequence[str] = (),
                 streams: Sequence[str] = ()):
        self.judge, self.names, self.attributes = judge, list(names), attributes
        self.streams = list(streams) or [generated_stream(name) for name in names]
        self.alike, self.shares = Mean(), Mean()

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams. A batch's mean is weighted by its number of rows."""
        logits = [self.judge(batch[stream]) for stream in self.streams]
        alike, shares = ((attribute_agreement, attribute_shares) if self.attributes else
                         (pair_agreement, class_shares))
        for mean, function in ((self.alike, alike), (self.shares, shares)):
            found = np.asarray(function(identity, logits))
            mean.add(np.broadcast_to(found, (len(logits[0]), *found.shape)))

    def figures(self) -> dict:
        """Returns agreement and shares by their keys in metrics.json."""
        return self._by_attribute() if self.attributes else self._by_class()

    def _by_class(self):
        shares, agreement = self.shares.value, float(self.alike.value)
        chance = float(np.sum(np.prod(shares, 0)))
        return {"pair_agreement": agreement, "chance": round(chance, 4),
                "kappa": round((agreement - chance) / (1 - chance), 4) if chance < 1 else 0.0,
                "classes_present": count_classes_present(shares), "classes": int(shares.shape[1]),
                "present_from_share": MIN_PRESENT_SHARE,
                "class_shares": dict(zip(self.names, np.round(shares, 4).tolist(), strict=True))}

    def _by_attribute(self):
        def by_name(values):
            return dict(zip(self.attributes, np.round(values, 4).tolist(), strict=True))
        return {"pair_agreement": float(np.mean(self.alike.value)),
                "agreement_by_attribute": by_name(self.alike.value),
                "attribute_shares": dict(zip(self.names, map(by_name, self.shares.value),
                                             strict=True))}

    def results(self) -> list[Result]:
        """Pair agreement with its binomial standard error."""
        value = float(np.mean(self.alike.value))
        error = float(np.sqrt(value * (1 - value) / self.alike.count))
        of = (Comparison("pair", *self.streams) if len(self.streams) == 2 else
              " | ".join(self.streams))
        return [Result("pair_agreement", of, value, error, self.alike.count, JUDGE_NAME)]


class Confidence:
    """How certain the judge is about generated and real images, and how even its classes are.

    Three values: the mean of the largest probability, the mean entropy of a prediction, and the
    entropy of the mean prediction, in nats. With attributes each is the mean over them.
    distinct: how many different images each stream has.
    """

    def __init__(self, judge: Classifier, names: Sequence[str], distinct: Mapping[str, int],
                 attributes: Sequence[str] = ()):
        self.judge, self.attributes, self.distinct = judge, attributes, distinct
        self.means = {stream(name): Mean() for name in names
                      for stream in (generated_stream, real_stream)}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams; repeats of real images are ignored."""
        for stream, mean in self.means.items():
            rows = batch[stream][:self.distinct[stream] - mean.count]
            if len(rows):
                mean.add(probabilities(self.judge(rows), self.attributes))

    def results(self) -> list[Result]:
        """Three rows for each stream."""
        return [Result(name, stream, float(value), float(error), mean.count, JUDGE_NAME)
                for stream, mean in self.means.items()
                for name, value, error in self._rows(mean)]

    def _rows(self, mean):
        sure, unsure, shares = mean.value[0], mean.value[1], mean.value[2:]
        if self.attributes:
            shares = np.stack([shares, 1 - shares])
        return (("confidence", sure, mean.error[0]), ("entropy", unsure, mean.error[1]),
                ("class entropy", np.mean(entropy(shares, 0)), np.nan))


def probabilities(logits: np.ndarray, attributes: Sequence[str] = ()) -> np.ndarray:
    """Returns [n, 2 + classes]: each row's largest probability, entropy and probabilities."""
    logits = np.asarray(logits, np.float64)
    if attributes:
        p = 0.5 * (1 + np.tanh(logits / 2))
        both = np.stack([p, 1 - p])
        return np.column_stack([both.max(0).mean(-1), entropy(both, 0).mean(-1), p])
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return np.column_stack([p.max(-1), entropy(p, -1), p])


def entropy(p: np.ndarray, axis: int) -> np.ndarray:
    """- sum p log p along `axis`, in nats; 0 log 0 is 0."""
    return -np.sum(p * np.log(np.maximum(p, 1e-300)), axis)

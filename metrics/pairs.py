"""The pairing measures of an evaluation: what edges, self-similarity and a net find, the error
where the truth is known, and a guard against bad images that look paired.

A run can pay for pairs with its images: fewer kinds of them, or worse ones. So a finding counts
only beside the same run without couplings, and never by a net that a coupling trained against.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np

from framework.pixels import to_uint8
from metrics.distributions import Distributions
from metrics.features import FeatureExtractor
from metrics.pairing import (
    GROUP,
    SHUFFLES,
    Dependence,
    Retrieval,
    centred_rows,
    dependence,
    retrieval,
)
from metrics.report import PAIRING, Result, format_number
from metrics.running import Mean
from metrics.streams import Batch, Comparison, baseline_stream, generated_stream, real_stream
from metrics.views import random_views

MOST_SAMPLES = 20 * GROUP
MOST_TESTED = 512               # pairs of the permutation test, whose time grows with the square
SURE = 3                        # standard errors by which partners are found more often than chance
SIGNIFICANT = 0.01
MOST_KID, LEAST_COVERAGE = 1.2, 0.8     # times the baseline's

Map = Callable[..., np.ndarray]         # uint8 images [N, H, W, 3], size -> uint8 of that shape


class Pairing:
    """Retrieval and the permutation test between each two of the domains `names`.

    judges: what finds features of images. void: the names of judges that are none, and why.
    guard: which may make all void. remark: a line for people about the judges.
    """

    def __init__(self, judges: Sequence[FeatureExtractor], names: Sequence[str], seed: int,
                 void: Mapping[str, str] | None = None, guard: "Guard | None" = None,
                 remark: str = ""):
        self.judges, self.names, self.seed, self.remark = judges, list(names), seed, remark
        self.void, self.guard, self.count = dict(void or {}), guard, 0
        self._features: dict[tuple[str, str], list[np.ndarray]] = {}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all generated streams; those past MOST_SAMPLES are ignored."""
        left = MOST_SAMPLES - self.count
        for side, name in enumerate(self.names):
            rows = batch[generated_stream(name)][:left]
            if len(rows):
                views = random_views(rows, (self.seed, side), self.count)
                for judge in self.judges:
                    self._features.setdefault((judge.name, name), []).append(judge(views))
        self.count += min(left, len(batch[generated_stream(self.names[0])]))

    @cached_property
    def found(self) -> dict[tuple[str, Comparison], tuple[Retrieval, Retrieval, Dependence]]:
        """For each judge and pair of domains: the retrieval of the second's images by the first's,
        the reverse, and their dependence. To be asked when all batches are added."""
        rows = {key: centred_rows(np.concatenate(parts)) for key, parts in self._features.items()}
        return {(judge.name, compared(a, b)): tested(rows[judge.name, a], rows[judge.name, b],
                                                     self.seed)
                for judge in self.judges for a, b in combinations(self.names, 2)}

    def results(self) -> list[Result]:
        """Seven rows for each judge and pair of domains."""
        return [Result(metric, of, value, error, count, judge, self._void_by(judge))
                for (judge, of), (there, back, test) in self.found.items()
                for metric, value, error, count in figures(there, back, test)]

    def _void_by(self, judge):
        """Why the judge's verdict is void, by the guard or by its own history; else empty."""
        reasons = [*(self.guard.reasons if self.guard else []), *filter(None, [
            self.void.get(judge)])]
        return f"void: {'; '.join(reasons)}" if reasons else ""

    @property
    def verdicts(self) -> dict[str, dict[str, str]]:
        """What each judge says of each pair of domains."""
        found: dict[str, dict[str, str]] = {}
        for (judge, of), each in self.found.items():
            found.setdefault(str(of), {})[judge] = self._void_by(judge) or verdict(*each)
        return found

    def report(self) -> dict:
        """What metrics.json says of pairing as a whole."""
        there, _, test = next(iter(self.found.values()))
        return {"samples": self.count, "among": there.among, "tested": test.count,
                "shuffles": SHUFFLES, "judges": [judge.name for judge in self.judges],
                "verdicts": self.verdicts, "void": self.guard.reasons if self.guard else [],
                "guard": self.guard.checked if self.guard else "not checked"}

    def lines(self) -> list[str]:
        """The verdicts in plain words, and whether they are void."""
        said = [f"{of}: {'; '.join(f'{word} (by {judge})' for judge, word in by_judge.items())}"
                for of, by_judge in self.verdicts.items()]
        said += [self.remark] * bool(self.remark)
        if self.guard is None:
            return [*said, "guard not checked: images may be the price of pairs; name the same run "
                    "without couplings by --baseline RUN"]
        if self.guard.reasons:
            said = [f"void: {why}" for why in self.guard.reasons]
        return [*said, self.guard.checked]


def compared(a: str, b: str) -> Comparison:
    """The comparison of what two domains draw of the same latents."""
    return Comparison(PAIRING, generated_stream(a), generated_stream(b))


def tested(x: np.ndarray, y: np.ndarray, seed: int) -> tuple[Retrieval, Retrieval, Dependence]:
    """Retrieval of y by x, of x by y, and the test of the first MOST_TESTED rows."""
    return (retrieval(x, y), retrieval(y, x),
            dependence(x[:MOST_TESTED], y[:MOST_TESTED], seed))


def figures(there: Retrieval, back: Retrieval,
            test: Dependence) -> list[tuple[str, float, float, int]]:
    """Name, value, standard error and count of each figure."""
    return [("retrieval", there.first, there.error, there.count),
            ("retrieval_back", back.first, back.error, back.count),
            ("chance", there.chance, np.nan, there.count),
            ("median_rank", there.median_rank, np.nan, there.count),
            ("median_rank_back", back.median_rank, np.nan, back.count),
            ("hsic_z", test.z, np.nan, test.count), ("hsic_p", test.p, np.nan, test.count)]


def verdict(there: Retrieval, back: Retrieval, test: Dependence) -> str:
    """"pairs" where partners are found both ways, by SURE standard errors more often than by
    chance, and shuffled pairs depend less; else "no pairs", or "dependent" where one domain
    follows the other in a way that cosines do not see, as where one is turned."""
    if test.p > SIGNIFICANT:
        return "no pairs"
    found = all(r.first > r.chance + SURE * np.sqrt(r.chance * (1 - r.chance) / r.count)
                for r in (there, back))
    return "pairs" if found else "dependent, but partners are not found"


class Truth:
    """The error of b_i against T(a_i) where a fixed map T makes domain b out of domain a, beside
    that against the T(a_j) of another pair: mean absolute differences in levels of 0..255.

    maps: (a, b) to T.
    """

    def __init__(self, maps: Mapping[tuple[str, str], Map]):
        self.maps = maps
        self.errors = {key: (Mean(), Mean()) for key in maps}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all generated streams; the other pair is the next of the batch."""
        for (a, b), apply in self.maps.items():
            source, drawn = (to_uint8(batch[generated_stream(name)]) for name in (a, b))
            true = np.asarray(apply(source, source.shape[1]), np.float32)
            own, other = self.errors[a, b]
            own.add(np.abs(true - drawn).mean((1, 2, 3)))
            if len(drawn) > 1:
                other.add(np.abs(np.roll(true, 1, 0) - drawn).mean((1, 2, 3)))

    def results(self) -> list[Result]:
        """Two rows for each map."""
        titles = ("error against the map", "of shuffled pairs")
        return [Result(title, Comparison("pair", generated_stream(a), generated_stream(b)),
                       float(mean.value), float(mean.error), mean.count,
                       f"the map {self.maps[a, b].__name__} of {a}")
                for (a, b), means in self.errors.items()
                for title, mean in zip(titles, means, strict=True) if mean.count]


class Guard:
    """Whether the run's images are as good and as many as those of the baseline, the same run
    without couplings: by KID and coverage of each domain.

    net: finds the features. distinct: how many different images each stream has, those of the
    baseline too. baseline: the baseline's name for people.
    """

    def __init__(self, net: FeatureExtractor, names: Sequence[str], distinct: Mapping[str, int],
                 seed: int, baseline: str):
        self.names, self.baseline = list(names), baseline
        self.sets = Distributions(net, ("kid", "prdc"), [
            Comparison("own", stream(name), real_stream(name)) for name in names
            for stream in (generated_stream, baseline_stream)], distinct, seed)

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams."""
        self.sets.add(batch)

    @cached_property
    def found(self) -> dict[tuple[str, str], Result]:
        """KID and coverage by (metric, name of the stream)."""
        return {(row.metric, row.compared.left): row for row in self.sets.results()
                if isinstance(row.compared, Comparison)}

    def results(self) -> list[Result]:
        """Two rows for each domain of the baseline and two of the run."""
        return [row._replace(metric=f"guard {metric}", compared=stream)
                for (metric, stream), row in self.found.items()
                if metric in ("kid", "coverage")]

    @cached_property
    def reasons(self) -> list[str]:
        """Why the pairing is void; empty where it is not."""
        return [why for name in self.names for why in (
            self._judged("kid", name, "above", MOST_KID),
            self._judged("coverage", name, "below", LEAST_COVERAGE)) if why]

    def _judged(self, metric, name, where, times):
        ours, theirs = (self.found.get((metric, stream(name)), Result(metric, name))
                        for stream in (generated_stream, baseline_stream))
        if np.isnan(ours.value) or np.isnan(theirs.value):
            return f"{metric} of {name} could not be measured"
        limit = times * max(theirs.value, 0.0)          # KID has no bias, so it may be negative
        if not (ours.value > limit if where == "above" else ours.value < limit):
            return ""
        return (f"{metric.replace('kid', 'KID')} of {name} is {format_number(ours.value)}, {where} "
                f"{times} times the baseline's {format_number(theirs.value)}")

    @property
    def checked(self) -> str:
        """What the guard compared."""
        return f"guard: KID and coverage beside those of {self.baseline}"

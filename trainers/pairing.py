"""The pairing measures of a run: which nets judge it, and beside which run it is guarded."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from keras import Model

from config.resolve import run_domains
from config.sections import Config
from data.names import find_domain
from data.transforms import FIXED_MAPS, plain
from framework.errors import UserError
from metrics import backbones
from metrics.features import find_extractor
from metrics.pairs import Guard, Map, Pairing, Truth
from metrics.shapes import edges, similarities
from metrics.streams import StreamSource, baseline_stream, generated_stream, sampler_source
from metrics.weights import has_backbone
from penalties.couplings import COUPLINGS
from trainers.restore import Sampler

# The net by which a coupling sees images: what a run trained against cannot judge its pairs.
SEEN_BY = {"semantic": "classifier", "balance": "classifier", "certainty": "classifier",
           "dependence": "squeeze",
           "similarity": "squeeze", "content": "vgg", "style": "vgg"}
NO_NET = ("no net judges: there is none at hand that no coupling of the run trained with; choose "
          "one by --extractor")


class JudgingNet(NamedTuple):
    """The net that judges pairs beside edges and self-similarity; name "": none.

    void: why its verdict does not count, empty where it does. weights: the folder of its weights.
    """

    name: str
    void: str = ""
    weights: str = ""


def couplings_of(config: Config) -> list[str]:
    """The names of the couplings that a run was trained with."""
    values = config.values()
    return [name for name in COUPLINGS if values[f"{name}_weight"] > 0]


def judging_net(config: Config, asked: str, weights: str, labelled: bool,
                shape: Sequence[int]) -> JudgingNet:
    """The net `asked` for, else a classifier of labelled domains, else SqueezeNet where its
    weights lie in the folder `weights` or in the cache; nothing is downloaded unasked, and a net
    that a coupling of the run trained against judges only where it is asked for.

    shape: [H, W, C] of the images.
    """
    against: dict[str, list[str]] = {}
    for name in couplings_of(config):
        against.setdefault(SEEN_BY.get(name, ""), []).append(name)
    if asked:
        trained = " and ".join(against.get(asked, []))
        return JudgingNet(asked, trained and f"the run was trained with {trained}, by a net of "
                          f"the same kind as {asked}", weights)
    if labelled and "classifier" not in against:
        return JudgingNet("classifier")
    fits = shape[2] in (1, 3) and min(shape[:2]) >= backbones.smallest_size("squeeze")
    if "squeeze" not in against and fits and has_backbone("squeeze", weights):
        return JudgingNet("squeeze", weights=weights)
    return JudgingNet("")


def baseline_of(place: str, sampler: Sampler) -> Sampler | None:
    """The generators of the run at `place`, "" for none, beside which `sampler` is guarded.

    Raises UserError where it draws other domains, or is itself coupled.
    """
    if not place:
        return None
    found = Sampler(place)
    if (found.domains, found.image_shape) != (sampler.domains, sampler.image_shape):
        raise UserError(f"the baseline {place} draws {', '.join(found.domains)} of "
                        f"{found.image_shape}, not {', '.join(sampler.domains)} of "
                        f"{sampler.image_shape}")
    coupled = couplings_of(found.config)
    if coupled:
        raise UserError(f"the baseline is the same run without couplings; {place} was trained "
                        f"with {', '.join(coupled)}")
    return found


class PairedRun:
    """The pairing measures of the run of `config` that `sampler` draws from, and what they need.

    net: what judges beside edges and self-similarity. baseline: the place of the same run without
    couplings, "" for none. Raises UserError for weights and a baseline that cannot be had.
    """

    def __init__(self, config: Config, sampler: Sampler, net: JudgingNet, baseline: str):
        self.config, self.sampler, self.net = config, sampler, net
        self.extractor = None if net.name in ("", "classifier") else find_extractor(
            net.name, weights=net.weights)
        self.title, self.baseline = Path(baseline).name, baseline_of(baseline, sampler)

    @property
    def needs_classifier(self) -> bool:
        """Whether `measures` needs the judge of the run's data."""
        return self.net.name == "classifier"

    def measures(self, counts: Mapping[str, int], seed: int, judge: Model | None) -> dict:
        """The measures by their names. counts: how many different images each stream has."""
        names = self.sampler.domains
        net = find_extractor("classifier", judge=judge) if self.needs_classifier else self.extractor
        void = {net.name: self.net.void} if net and self.net.void else {}
        if self.config.coupling.clusters:
            void["edges"] = "the run was trained on clusters of edges"
        found: dict = {}
        if self.baseline:
            distinct = {**counts,
                        **{baseline_stream(n): counts[generated_stream(n)] for n in names}}
            found["guard"] = Guard(net or find_extractor("pixels"), names, distinct, seed,
                                   self.title)
        judges = [edges(), similarities(), *[net] * (net is not None)]
        found["pairing"] = Pairing(judges, names, seed, void, found.get("guard"),
                                   "" if net else NO_NET)
        found["truth"] = Truth(fixed_maps(self.config, names))
        return found

    def sources(self, samples: int, seed: int) -> list[StreamSource]:
        """The streams that the measures need beside those of the run."""
        return [sampler_source(self.baseline, samples, seed, baseline_stream)
                ] if self.baseline else []


def fixed_maps(config: Config, names: Sequence[str]) -> dict[tuple[str, str], Map]:
    """The fixed maps from one of the run's domains to another: from a source's plain images to
    their edges, negatives or turned copies. By the domains' names (from, to)."""
    entries = list(zip(names, map(find_domain, run_domains(config.values())), strict=True))
    makes: dict = {(a, b): second.transform for a, first in entries for b, second in entries
                   if first.source.name == second.source.name and first.transform is plain}
    return {key: found for key, found in makes.items() if found in FIXED_MAPS}

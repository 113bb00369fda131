"""`main.py evaluate RUN`: what a trained run is worth, as figures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import numpy as np
from keras import Model

from config.kinds import has
from config.resolve import load_config
from config.run import shown_checkpoint
from config.sections import Config
from data.domain import Domain
from data.names import domain_names
from framework.errors import UserError
from framework.files import write_text
from framework.notice import announced
from framework.plots import save_png
from framework.progress import progress
from metrics import choice, extremes
from metrics.copies import Copies
from metrics.distributions import Distributions
from metrics.diversity import Diversity
from metrics.features import FeatureExtractor, find_extractor
from metrics.judged import Agreement, Confidence
from metrics.lpips import LPIPS
from metrics.modes import GeneratedModes
from metrics.protocol import PairDistances
from metrics.report import format_results, save_report
from metrics.streams import (
    Comparison,
    batches,
    comparisons,
    count_distinct,
    domain_sources,
    sampler_source,
)
from trainers import classifier_run, held_out
from trainers.adaptation import adaptation
from trainers.blind_sheet import write_blind_sheet
from trainers.classifier import predict_logits
from trainers.domains import load_domains
from trainers.judge import judge_line, judge_of
from trainers.pairing import PairedRun, judging_net
from trainers.restore import Sampler


def main(run: str | Path, *, metrics: Sequence[str] = (), samples: int = 2000, seed: int = 1,
         split: str = "train", data_dir: str = "", lpips_net: str = "alex", lpips_weights: str = "",
         extractor: str = "", extractor_weights: str = "", baseline: str = "",
         blind_sheet: bool = False) -> None:
    """Evaluates the best checkpoint of `run`, where one is kept, else the newest; prints the
    figures and keeps them in metrics.json and metrics.txt, the most and least alike pairs, and
    what is nearest to training images, in pairs-*.png.

    metrics: see `metrics.choice`; none: quick ones that need no weights from elsewhere. samples:
    of every generator; real images, of `split`, come round again where there are fewer. A
    classifier is measured on its held-out images. baseline: the same run without couplings, beside
    which the pairing is guarded. blind_sheet: also writes one, or only that where no metrics are
    named. Raises UserError where a run has no checkpoint or nothing to measure a metric with.
    """
    if blind_sheet:
        write_blind_sheet(run, seed)
        if not metrics:
            return
    folder, config = Path(run), load_config(run)
    if data_dir:
        config = config.with_options(data_dir=data_dir)
    if config.experiment.gan_type == "classifier":
        if metrics:
            raise UserError(f"{run} is a classifier, measured by its accuracy; leave out --metrics")
        report = classifier_run.evaluate_classifier(run, config)
        with keeping(folder):
            save_report(folder / "metrics.json", report)
        return
    with announced(f"reading the run and {config.data.dataset or config.data.domains}"):
        sampler, domains = Sampler(run), load_domains(config, split)
    asked = extractor
    metrics, extractor = choose_metrics(metrics, asked, bool(lpips_weights), domains, config)
    names, counts = sampler.domains, count_distinct(sampler.domains, domains, samples)
    distance = distance_of(metrics, lpips_net, lpips_weights)
    net = extractor_of(metrics, extractor, extractor_weights)       # before a judge is trained
    paired = None
    if "pairing" in metrics:
        by = judging_net(config, asked, extractor_weights, labelled(domains), sampler.image_shape)
        paired = PairedRun(config, sampler, by, baseline)
    wanted = choice.needs_classifier(metrics, extractor) or paired and paired.needs_classifier
    judge, about = judge_of(config) if wanted else (None, {})
    net = net or extractor_of(metrics, extractor, extractor_weights, judge)
    measures = of_streams(metrics, comparisons(names), counts, distance, seed, net)
    measures |= of_generators(metrics, config, names, counts, judge, domains[0].attributes)
    sources = [sampler_source(sampler, samples, seed), *domain_sources(names, domains, seed)]
    if "diversity" in metrics:
        measures["diversity"] = Diversity(names, counts)
    if "copies" in metrics:
        trained = domains if split == "train" else load_domains(config)
        with announced("looking for the training images nearest to held-out ones"):
            measures["copies"] = copies_of(config, names, trained, seed)
    if paired:
        measures |= paired.measures(counts, seed, judge)
        sources += paired.sources(samples, seed)
    results = run_measures(measures, sources, samples, domains[0].images.shape[1:])
    if "adaptation" in metrics:
        results += adaptation(sampler, domains, load_domains(config, "test"))
    if "likelihood" in metrics:
        results = held_out.likelihood(sampler, samples, seed) + results

    agreement, settings = measures.get("pair_agreement"), {"split": split, "seed": seed}
    pairs = {"pairing": measures["pairing"].report()} if "pairing" in measures else {}
    report = {**(agreement.figures() if agreement else {}), **about, **pairs, "samples": samples,
              **settings, "checkpoint": shown_checkpoint(folder)[1], "metrics": list(metrics),
              "results": [row.as_dict(**settings) for row in results]}
    write_report(folder, report, results, measures, closing(report),
                 judge_line(about) if about else "")


def choose_metrics(metrics: Sequence[str], extractor: str, lpips: bool, domains: Sequence[Domain],
                   config: Config) -> tuple:
    """Metrics and extractor as asked for, or what the run's domains allow. Raises UserError for
    a metric that they do not."""
    points, known = domains[0].images.ndim == 2, labelled(domains)
    likelihood = has(config.experiment.gan_type, "likelihood")
    metrics = metrics or choice.default_metrics(points, known, len(domains), lpips,
                                                has(config.experiment.gan_type, "adapts"),
                                                likelihood)
    choice.check_metrics(metrics, points, known, len(domains), config.experiment.run, likelihood)
    return metrics, extractor or ("classifier" if known else "pixels")


def labelled(domains: Sequence[Domain]) -> bool:
    """Whether every domain has images and labels."""
    return domains[0].images.ndim > 2 and all(d.labels is not None for d in domains)


def distance_of(metrics: Sequence[str], net: str, weights: str) -> LPIPS | None:
    """LPIPS, if that is asked for. Raises UserError where its weights cannot be had."""
    if "lpips" not in metrics:
        return None
    return LPIPS(net, weights or None)


def extractor_of(metrics: Sequence[str], name: str, weights: str,
                 judge: Model | None = None) -> FeatureExtractor | None:
    """The net called `name`, if one of the metrics compares features; None also where it is the
    judge and that is not there yet. weights: where its weights are."""
    if not set(metrics) & set(choice.SET_METRICS) or (name == "classifier" and judge is None):
        return None
    return find_extractor(name, weights=weights, judge=judge)


def of_streams(metrics: Sequence[str], compared: Sequence[Comparison], counts: dict[str, int],
               distance: LPIPS | None, seed: int, net: FeatureExtractor | None) -> dict:
    """The measures that need two streams only: of pairs of images, and of whole sets.

    counts: how many different images each stream has. net: finds the features of whole sets.
    """
    measures, whole = {}, [name for name in metrics if name in choice.SET_METRICS]
    if distance:
        measures["lpips"] = PairDistances(distance, compared, counts)
    if net:
        measures["sets"] = Distributions(net, whole, compared, counts, seed)
    return measures


def of_generators(metrics: Sequence[str], config: Config, names: Sequence[str],
                  counts: dict[str, int], judge: Model | None, attributes: Sequence[str]) -> dict:
    """The measures that know what the generators of a run should draw."""
    measures, reads = {}, judge and partial(predict_logits, judge)
    if "pair_agreement" in metrics:
        measures["pair_agreement"] = Agreement(reads, names, attributes)
    if "confidence" in metrics:
        measures["confidence"] = Confidence(reads, names, counts, attributes)
    if "modes" in metrics:
        toys = domain_names(config.data.dataset, config.data.domains, config.data.data_dir)
        measures["modes"] = GeneratedModes(dict(zip(names, toys, strict=True)))
    return measures


def copies_of(config: Config, names: Sequence[str], trained: Sequence[Domain],
              seed: int) -> Copies:
    """The measure of copies of training images, beside the domains' held-out images, where there
    are any."""
    held_out: Sequence[Domain] = ()
    with suppress(UserError):
        held_out = load_domains(config, "test")
    training, others = ({name: domain.images for name, domain in zip(names, some, strict=False)}
                        for some in (trained, held_out))
    return Copies(training, others, seed)


def run_measures(measures: dict, sources: Sequence, samples: int, shape: Sequence[int]) -> list:
    """Leads `samples` rows of all streams past the measures; returns what they found. Raises
    UserError for images that are not finite."""
    with progress(samples, "evaluating", "images") as bar:
        for batch in batches(sources, samples, shape):
            for name, rows in batch.items():
                if not np.isfinite(rows).all():
                    raise UserError(f"{name}: values that are not finite; did the run diverge?")
            for measure in measures.values():
                measure.add(batch)
            bar.update(len(next(iter(batch.values()))))
    return [row for measure in measures.values() for row in measure.results()]


def write_report(folder: Path, report: dict, results: Sequence, measures: dict,
                 closing: str = "", note: str = "") -> None:
    """Keeps the table with a `note` below it, the figures and the pictures in `folder` and prints
    the table, the note and a `closing` line: also where they cannot be kept, of which it raises
    UserError then."""
    pairing = measures["pairing"].lines() if "pairing" in measures else []
    text, kept = "\n".join(filter(None, (format_results(results), *pairing, note))), False
    try:
        with keeping(folder):
            write_text(folder / "metrics.txt", text + "\n")
            for compared, found in getattr(measures.get("lpips"), "extremes", {}).items():
                name = f"pairs-{compared.left}-{compared.right}".replace("generated ", "")
                save_png(folder / f"{name}.png", extremes.picture(found.lowest, found.highest))
            if "copies" in measures:
                for name, picture in measures["copies"].pictures().items():
                    save_png(folder / f"pairs-nearest-{name}.png", picture)
            save_report(folder / "metrics.json", report)
            kept = True
    finally:
        print(text)
        print("; ".join([closing] * bool(closing) + [f"kept in {folder / 'metrics.json'}"] * kept))


@contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Raises UserError where the block cannot write what was measured into `folder`."""
    try:
        yield
    except (OSError, UserError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(f"what is printed could not be kept in {folder}: {why}") from error


def closing(report: dict) -> str:
    """The last line: pair agreement where there is one."""
    if "pair_agreement" not in report:
        return f"{report['samples']} samples, seed {report['seed']}"
    shown = (f"{report['classes_present']} of {report['classes']} classes in every domain (each "
             f"at least {100 * report['present_from_share']:.0f} % of its images)"
             if "classes" in report else
             f"mean over {', '.join(report['agreement_by_attribute'])}")
    return (f"pair agreement {report['pair_agreement']:.3f}; {shown}; {report['samples']} pairs, "
            f"seed {report['seed']}")

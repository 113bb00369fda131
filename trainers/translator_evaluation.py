"""`main.py evaluate RUN` of a run of translators: what they make of the data, as figures."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from config.kinds import has
from config.resolve import load_config
from data.domain import Domain
from framework.errors import UserError
from framework.notice import announced
from metrics import choice
from metrics.diversity import Diversity
from metrics.judged import Agreement, Confidence
from metrics.streams import (
    Shuffled,
    count_distinct,
    domain_sources,
    generated_stream,
    real_stream,
)
from metrics.translations import CycleError, translation_comparisons, translation_source
from trainers.classifier import predict_logits
from trainers.domains import load_domains
from trainers.evaluation import (
    choose_metrics,
    copies_of,
    distance_of,
    extractor_of,
    of_streams,
    run_measures,
    write_report,
)
from trainers.judge import judge_line, judge_of
from trainers.latent_search import unmatched_share
from trainers.translators import Translators

OF_LATENTS = ("pairing", "adaptation", "modes")     # metrics of what is drawn from latents


def main(run: str | Path, *, metrics: Sequence[str] = (), samples: int = 2000, seed: int = 1,
         split: str = "train", data_dir: str = "", lpips_net: str = "alex", lpips_weights: str = "",
         extractor: str = "", extractor_weights: str = "") -> None:
    """Translates `samples` real images of each domain and measures the translations, as
    `trainers.evaluation.main` measures what generators draw; how much is lost there and back is
    always measured. Pair agreement is the share of images whose class a translation keeps, of
    both ways together and of each. Raises UserError as it does."""
    folder, config = Path(run), load_config(run)
    assert has(config.experiment.gan_type, "translators")
    config = config.with_options(data_dir=data_dir) if data_dir else config
    with announced(f"reading the run and {config.data.dataset or config.data.domains}"):
        translators, domains = Translators(run), load_domains(config, split)
    metrics, extractor = choose_metrics(metrics, extractor, bool(lpips_weights), domains, config)
    if unfit := [name for name in metrics if name in OF_LATENTS]:
        raise UserError(f"{unfit[0]} is of what is drawn from latents, and {run} translates")
    names, counts = translators.domains, distinct_images(translators.domains, domains, samples)
    distance = distance_of(metrics, lpips_net, lpips_weights)
    net = extractor_of(metrics, extractor, extractor_weights)       # before a judge is trained
    judge, about = judge_of(config) if choice.needs_classifier(metrics, extractor) else (None, {})
    net = net or extractor_of(metrics, extractor, extractor_weights, judge)

    measures = of_streams(metrics, translation_comparisons(names), counts, distance, seed, net)
    measures["cycle"] = CycleError(names, unmatched_share, counts)
    ways, attributes = [(0, 1), (1, 0)], domains[0].attributes
    reads = judge and partial(predict_logits, judge)
    kept = {f"{names[a]} to {names[b]}": Agreement(
        reads, (names[a], names[b]), attributes,
        (real_stream(names[a]), generated_stream(names[b]))) for a, b in ways
        if "pair_agreement" in metrics}
    measures |= kept
    if "confidence" in metrics:
        measures["confidence"] = Confidence(reads, names, counts, attributes)
    if "diversity" in metrics:
        measures["diversity"] = Diversity(names, counts)
    if "copies" in metrics:
        trained = domains if split == "train" else load_domains(config)
        measures["copies"] = copies_of(config, names, trained, seed)
    images = [Shuffled(d.images, 1000 * seed + k) for k, d in enumerate(domains)]
    sources = [*domain_sources(names, domains, seed),
               translation_source(names, translators.there_and_back, images)]
    results = run_measures(measures, sources, samples, translators.image_shape)

    settings = {"split": split, "seed": seed}
    report = {**kept_classes(kept), **about, "samples": samples, **settings,
              "checkpoint": translators.checkpoint, "metrics": list(metrics),
              "results": [row.as_dict(**settings) for row in results]}
    write_report(folder, report, results, measures, closing(report, kept),
                 judge_line(about) if about else "")


def distinct_images(names: Sequence[str], domains: Sequence[Domain],
                    samples: int) -> dict[str, int]:
    """How many different images each stream has: of translations as many as were translated."""
    counts = count_distinct(names, domains, samples)
    return counts | {generated_stream(names[1 - k]): counts[real_stream(name)]
                     for k, name in enumerate(names)}


def kept_classes(kept: dict[str, Agreement]) -> dict:
    """The pair agreement of both ways together, and all figures of each; nothing for none."""
    if not kept:
        return {}
    ways = {way: agreement.figures() for way, agreement in kept.items()}
    values = [figures["pair_agreement"] for figures in ways.values()]
    return {"pair_agreement": sum(values) / len(values), "translations": ways}


def closing(report: dict, kept: dict[str, Agreement]) -> str:
    """The last line: what share of images keeps its class, each way."""
    shares = ", ".join(f"{way} {figures['pair_agreement']:.3f}"
                       for way, figures in report.get("translations", {}).items())
    what = "attributes" if any(each.attributes for each in kept.values()) else "class"
    return (f"{what} kept: {shares}; " * bool(shares)
            + f"{report['samples']} images of each domain, seed {report['seed']}")

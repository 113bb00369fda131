"""How well the classes of a labelled domain are read in one without labels (thesis 1 and 7.1).

Three ways to use a run, between two bounds: the head that `--gan_type adapt` trains; a classifier
of the source's images and of these translated, with their labels; a classifier of the source and of
generated pairs, in which the source's image says the class of the target's. The bounds are a
classifier of the source alone, and one that learned the target's own labels. All but the head have
one table and one training.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from config.kinds import has
from config.run import shown_checkpoint
from data.domain import Domain
from framework.checkpoint import restore_part
from framework.pixels import to_uint8, to_unit
from losses.classification import correct
from metrics.report import Result
from trainers.class_head import ClassHead
from trainers.classifier import accuracy, predict_logits, train_classifier, train_once
from trainers.conditional import concat_label_channels, one_hot_labels
from trainers.coupled import discriminators_for
from trainers.fitted_encoder import encoder_of
from trainers.judge import JUDGE_SEED, SETTINGS, table_for
from trainers.pseudo import with_pseudo_classes
from trainers.restore import Sampler, finite
from trainers.translation import Translator
from trainers.variables import all_variables

PAIRS = 20_000                  # generated, at most as many as the source has images
TRANSLATED = 10_000             # images of the source
SURE = 0.9                      # probability of the source's classifier, below which a pair is left
LEAST = 20                      # images, below which no classifier learns from them
READ = 500                      # images that the head reads at once
METRIC = "accuracy"


def adaptation(sampler: Sampler, domains: Sequence[Domain],
               held_out: Sequence[Domain]) -> list[Result]:
    """The accuracy of every way on the held-out images of every domain but the first.

    domains, held_out: labelled, those of the run in order.
    """
    seed = JUDGE_SEED + sampler.config.experiment.seed
    table = table_for(tuple(domains[0].images.shape[1:]))
    learn = partial(train_classifier, seed=seed, table=table, **SETTINGS[table])
    bound = partial(train_once, seed=seed, table=table, **SETTINGS[table])
    source, *targets = domains
    alone, _ = bound([source], lambda: held_out[:1])
    heads = head_readers(sampler, domains, held_out)
    translated = translate_source(sampler, source)
    pairs = generated_pairs(sampler, alone, source)

    found: list[Result] = []
    for k, (target, test) in enumerate(zip(targets, held_out[1:], strict=True), start=1):
        def row(way: str, value: float, of: Domain = test) -> Result:
            error = float(np.sqrt(value * (1 - value) / len(of)))
            return Result(METRIC, f"{of.name}, read by {way}", value, error, len(of))

        found.append(row(f"a classifier of {source.name} alone", accuracy(alone, test)))
        if heads:
            found.append(row("the discriminators' head", heads[k]()))
        for way, images in (("translated images", translated), ("generated pairs", pairs)):
            if len(images[k]) >= LEAST:
                found.append(row(f"a classifier of {way} and {source.name}",
                                 accuracy(learn([images[k], source]), test)))
        itself, _ = bound([target], lambda test=test: [test])
        found.append(row(f"a classifier of {target.name} itself", accuracy(itself, test)))
    return found


def generated_pairs(sampler: Sampler, classifier: keras.Model, source: Domain) -> list[Domain]:
    """What the run draws in each domain, with the class that the source's classifier reads in the
    first one's image; pairs of which it is not sure are left out."""
    count = min(PAIRS, len(source))
    images = finite(sampler(count, seed=1))
    labels, sure = read_surely(predict_logits(classifier, images[0]), bool(source.attributes))
    print(f"{np.sum(sure)} of {count} generated pairs are read surely enough to learn from")
    return [replace(source, name=f"generated {name}", images=to_uint8(x[sure]),
                    labels=labels[sure]) for name, x in zip(sampler.domains, images, strict=True)]


def read_surely(logits: np.ndarray, several: bool) -> tuple[np.ndarray, np.ndarray]:
    """Labels as a domain has them, int32, and whether each image's are read with a probability of
    SURE. several: attributes, each by itself; of these all must be."""
    if several:
        shares = 1 / (1 + np.exp(-np.abs(logits)))
        return (logits > 0).astype(np.int32), shares.min(1) >= SURE
    shares = np.exp(logits - logits.max(1, keepdims=True))
    return logits.argmax(1).astype(np.int32), shares.max(1) / shares.sum(1) >= SURE


def translate_source(sampler: Sampler, source: Domain) -> list[Domain]:
    """Images of the source drawn in every domain by the run's encoder, with their labels: those
    that are matched well enough; none where the run has no encoder."""
    if encoder_of(sampler) is None:
        print("translated images need an encoder; fit-encoder makes it, for another evaluation")
        return [source.subset(np.arange(0)) for _ in sampler.domains]
    some = source.subset(np.random.default_rng(1).permutation(len(source))[:TRANSLATED])
    found = Translator(sampler, [0], iterations=0)(to_unit(np.asarray(some.images)))
    whole = np.flatnonzero(found.trusted)
    print(f"{len(whole)} of {len(some)} images of {source.name} are matched well enough to learn "
          "from")
    return [replace(some.subset(whole), name=f"translated {name}", images=to_uint8(x[whole]))
            for name, x in zip(sampler.domains, found.images, strict=True)]


def head_readers(sampler: Sampler, domains: Sequence[Domain],
                 held_out: Sequence[Domain]) -> list[Callable[[], float]]:
    """For each domain a function to the share of its held-out labels that the run's head reads
    rightly; none where the run has no head."""
    config = sampler.config
    if not has(config.experiment.gan_type, "adapts"):
        return []
    labels, classes = [d.labels for d in held_out], domains[0].known_classes
    if clusters := config.coupling.clusters * config.nets.conditional:
        domains, held_out = with_pseudo_classes(domains, held_out, clusters,
                                                config.experiment.seed)
    nets = discriminators_for(config, len(domains), sampler.image_shape, clusters)
    head = ClassHead.on(nets, classes)
    restore_part(shown_checkpoint(Path(sampler.path))[0],
                 {"discriminators": all_variables([*nets, *head.nets])})

    def seen(domain: Domain, which: np.ndarray) -> np.ndarray:
        code = one_hot_labels(domain.known_labels[which], clusters) if clusters else None
        return concat_label_channels(tf.constant(to_unit(domain.images[which])), code).numpy()

    def share(k: int) -> float:
        parts = np.array_split(np.arange(len(held_out[k])), 1 + len(held_out[k]) // READ)
        logits = np.concatenate([predict_logits(head.nets[k], seen(held_out[k], part))
                                 for part in parts])
        return float(np.mean(correct(labels[k], logits)))
    return [partial(share, k) for k in range(len(domains))]

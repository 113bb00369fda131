"""Pseudo-classes (`--clusters`) in the place of labels, for images without any.

A classifier learns them for the semantic, balance and certainty terms as it would learn true
classes; with `--conditional` generators and discriminators are told them (self-conditioned GANs,
Liu et al. 2020, arXiv 2006.10728, which find the clusters anew while they train).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from config.content import digest
from config.kinds import has
from config.sections import Config
from data.clusters import find_clusters
from data.domain import Domain
from framework.cache import cache_folder, file_name
from framework.files import write_text
from trainers.domains import load_domains


def learned_domains(config: Config, domains: Sequence[Domain]) -> Sequence[Domain]:
    """The domains of the run of `config` with the labels that its nets may learn: their own, or
    clusters where it asks for these; of a run that adapts the first domain's alone. Raises
    UserError as `with_pseudo_classes`."""
    if not config.coupling.clusters:
        adapts = has(config.experiment.gan_type, "adapts")
        return [*domains[:1], *map(without_labels, domains[1:])] if adapts else domains
    return with_pseudo_classes(domains, load_domains(config, "test"), config.coupling.clusters,
                               config.experiment.seed, print)[0]


def with_pseudo_classes(domains: Sequence[Domain], held_out: Sequence[Domain], count: int,
                        seed: int, say: Callable[[str], object] = lambda line: None,
                        ) -> tuple[list[Domain], list[Domain]]:
    """The domains and their held-out images, with clusters 0..count - 1 as their only labels.

    The clusters follow from the training images of all domains and the seed. They are kept in the
    cache by the images' digests, so that a run that goes on reads the same. say: takes a line
    about the smallest and the largest cluster of each domain. Raises UserError as
    `data.clusters.find_clusters`.
    """
    unlabelled = [without_labels(d) for d in (*domains, *held_out)]
    path = cache_folder() / "clusters" / (
        file_name([replace(d, labels=np.frombuffer(digest(d).encode(), np.uint8))
                   for d in unlabelled], count, seed) + ".json")
    sizes = [len(d) for d in unlabelled]
    labels, place = cached_labels(path, sizes, count), f"found in {path}"
    if labels is None:
        print(f"looking for {count} clusters of {', '.join(d.name for d in domains)}", flush=True)
        found = find_clusters(unlabelled[:len(domains)], count, seed)
        labels = [found.labels(d.images, k % len(domains)) for k, d in enumerate(unlabelled)]
        place = keep_labels(path, labels, count)
    shares = ", ".join(f"{d.name} {100 * np.min(part):.1f} to {100 * np.max(part):.1f} %"
                       for d, part in zip(domains, (
                           np.bincount(found, minlength=count) / len(found) for found in labels),
                           strict=False))
    say(f"clusters {place}: shares of the images of {shares}")
    labelled = [replace(d, labels=found, classes=count)
                for d, found in zip(unlabelled, labels, strict=True)]
    return labelled[:len(domains)], labelled[len(domains):]


def without_labels(domain: Domain) -> Domain:
    """The domain as if nobody had labelled it."""
    return replace(domain, labels=None, classes=None, attributes=())


def cached_labels(path: Path, sizes: Sequence[int], count: int) -> list[np.ndarray] | None:
    """The lists of labels in the file `path`, int32, for domains of these sizes; None, with a
    line, where it holds something else, and without one where there is no file."""
    if not path.exists():
        return None
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["labels"]
        if all(type(label) is int and 0 <= label < count for row in rows for label in row):
            found = [np.array(row, np.int32) for row in rows]
            if [len(row) for row in found] == list(sizes):
                return found
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    print(f"{path} is not used: it holds no clusters of these images")
    return None


def keep_labels(path: Path, labels: Sequence[np.ndarray], count: int) -> str:
    """Writes the lists of labels to `path`; returns where they are, or why they are not kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, json.dumps({"clusters": count,
                                     "labels": [row.tolist() for row in labels]}) + "\n")
        return f"kept in {path}"
    except OSError as error:
        return f"not kept in {path.parent}: {error.strerror or error}"

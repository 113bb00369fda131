"""Pruning: images that a classifier is not sure of are left out of a domain (thesis 2.7)."""

import json
from pathlib import Path

import numpy as np

from data.domain import Domain
from framework.cache import cache_folder, file_name
from framework.files import write_text
from framework.quiet import quiet

EPOCHS = 10                     # as the classifiers of chapter 5; more where images are few


def confident_indices(domain: Domain, held_out: Domain, confidence: float, *, table: str = "quick",
                      seed: int = 0) -> np.ndarray:
    """Indices of the images whose highest predicted probability is above `confidence`, rising.

    As in the thesis, the classifier has learned these very images. The list is kept in the
    cache folder; the classifier is trained, and TensorFlow imported, only where there is none
    yet. Says how many images stay.
    """
    path = cache_folder() / "pruned" / (
        file_name([domain], confidence, table, seed) + ".json")
    kept, place = cached_indices(path, len(domain)), f"their list is {path}"
    if kept is None:
        kept = np.flatnonzero(highest_probabilities(domain, held_out, table, seed) > confidence)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, json.dumps({"of": len(domain), "prune_confidence": confidence,
                                         "kept": kept.tolist()}) + "\n")
        except OSError as error:
            place = f"their list cannot be kept in {path.parent}: {error.strerror or error}"
    print(f"{domain.name}: {len(kept)} of {len(domain)} images stay, read with a probability "
          f"above {confidence:g}; {place}")
    return kept


def cached_indices(path: Path, count: int) -> np.ndarray | None:
    """The list in the file `path`, rising indices of `count` images; None, with a line, where it
    holds something else, and without one where there is no file."""
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["kept"]
        if all(type(k) is int for k in found):
            kept = np.array(found, int)
            if not len(kept) or (kept[0] >= 0 and kept[-1] < count and (np.diff(kept) > 0).all()):
                return kept
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        pass
    print(f"{path} is not used: it holds no list of images to keep")
    return None


def highest_probabilities(domain: Domain, held_out: Domain, table: str, seed: int) -> np.ndarray:
    """What a classifier of the domain gives to the likeliest class of each image, [N]."""
    with quiet():
        from trainers.classifier import BATCH_SIZE, ITERATIONS, predict_logits, train_once
    steps = max(ITERATIONS, EPOCHS * len(domain) // BATCH_SIZE)
    model, _ = train_once([domain], lambda: [held_out], seed=seed, table=table, iterations=steps)
    logits = predict_logits(model, domain.images).astype(float)
    return 1 / np.exp(logits - logits.max(1, keepdims=True)).sum(1)

"""The domains of a run: loaded from its options, and described in its folder.

Without TensorFlow, so that a mistake about the data is answered before it is imported.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from config.resolve import run_domains
from config.sections import Config
from data.domain import Domain
from data.load import load
from framework.errors import UserError
from framework.files import write_text
from trainers.prune import confident_indices

FILE = "domains.json"
MAX_DOMAINS, MAX_NUMBER = 100, 2**40


def load_domains(config: Config, split: str = "train", prune: bool = True) -> tuple[Domain, ...]:
    """The run's domains (`data.domain.Domain`s), in order; split "train" or "test".

    Of those to be pruned only what a classifier is sure of, but for the held-out images; prune:
    False for all images, without a classifier. Raises UserError where they cannot be had as
    asked for.
    """
    return _load(config, run_domains(config.values()), split, config.experiment.seed,
                 config.data.image_size, prune)


def load_apart(config: Config, like: Sequence[Domain], seed: int) -> tuple[Domain, ...]:
    """Training images of the run's domains, each loaded as if it were the only one: domains of
    one source do not share its images. What a program draws follows from `seed`, not the run's.

    like: the run's domains, whose names and size of images these have. Raises UserError as
    `load_domains`.
    """
    found = [_load(config, [name], "train", seed, d.images.shape[1])
             for name, d in zip(run_domains(config.values()), like, strict=True)]
    return tuple(replace(alone, name=d.name) for (alone,), d in zip(found, like, strict=True))


def _load(config: Config, names: Sequence[str], split: str, seed: int,
          size: int, prune: bool = True) -> tuple[Domain, ...]:
    data = config.data

    def load_split(names, split, keep=None):
        return load(names, data_dir=data.data_dir or None, seed=seed, split=split, keep=keep,
                    image_size=size or None, limit=data.limit_data or None)

    def keep(name, domain):
        if not prune:
            return np.arange(len(domain))
        (held_out,) = load_split([name], "test")
        return confident_indices(domain, held_out, data.prune_confidence,
                                 table=config.nets.classifier, seed=config.experiment.seed)
    return load_split(names, split, keep)


def write_description(run: Path, domains: Sequence[Domain]) -> None:
    """Keeps names, sizes, image shapes and numbers of classes of the domains in the folder of
    the run: all that drawing from its generators needs to know of the data."""
    rows = [{"name": d.name, "images": len(d), "shape": d.images.shape[1:],
             "classes": d.classes} for d in domains]
    write_text(run / FILE, json.dumps(rows, indent=2) + "\n")


def named_as_before(run: Path, domains: Sequence[Domain]) -> tuple[Domain, ...]:
    """The domains by the names that the run in this folder gave them when it began: a folder that
    was moved may be called otherwise, and the log goes on."""
    if not (run / FILE).is_file():
        return tuple(domains)
    names = [row["name"] for row in read_description(run)]
    if len(names) != len(domains):
        return tuple(domains)
    return tuple(replace(d, name=name) for d, name in zip(domains, names, strict=True))


def read_description(run: Path) -> list[dict]:
    """Name, images, shape and classes of each domain of a run. Raises UserError where it keeps
    none, or something else."""
    path = run / FILE
    if not path.exists():
        raise UserError(f"{run} has no {FILE}: its training never began; train on with "
                        f"--run {run}")
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        if 0 < len(rows) <= MAX_DOMAINS and all(map(_is_description, rows)):
            return rows
    except (OSError, ValueError, TypeError, RecursionError):
        pass
    raise UserError(f"{path} is damaged or is no description of domains; train on with --run {run} "
                    "to have it written anew")


def _is_description(row: object) -> bool:
    """Whether `row` is one that `write_description` writes."""
    if not isinstance(row, dict):
        return False
    shape, numbers = row.get("shape"), [row.get("images")]
    if row.get("classes") is not None:
        numbers.append(row["classes"])
    if not isinstance(shape, list) or len(shape) not in (1, 3):
        return False
    return isinstance(row.get("name"), str) and all(
        type(n) is int and 0 < n <= MAX_NUMBER for n in (*numbers, *shape))

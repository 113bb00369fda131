"""The domains of a run: loaded from its options, and described in its folder.

Without TensorFlow, so that a mistake about the data is answered before it is imported.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from config.sections import Config
from data.domain import Domain
from data.load import load
from data.names import domain_names
from framework.errors import UserError
from framework.files import write_text
from trainers.prune import confident_indices

FILE = "domains.json"


def load_domains(config: Config, split: str = "train") -> tuple[Domain, ...]:
    """The run's domains (`data.domain.Domain`s), in order; split "train" or "test".

    Of those to be pruned only what a classifier is sure of, but for the held-out images.
    Raises UserError where they cannot be had as asked for.
    """
    data, seed = config.data, config.experiment.seed

    def load_split(names, split, keep=None):
        return load(names, data_dir=data.data_dir or None, seed=seed, split=split, keep=keep,
                    image_size=data.image_size or None, limit=data.limit_data or None)

    def keep(name, domain):
        (held_out,) = load_split([name], "test")
        return confident_indices(domain, held_out, data.prune_confidence,
                                 table=config.nets.classifier, seed=seed)
    names = domain_names(data.dataset, data.domains, data.data_dir)
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
    """Name, images and shape of each domain of a run. Raises UserError where it keeps none."""
    try:
        return json.loads((run / FILE).read_text())
    except (OSError, ValueError):
        raise UserError(f"{run} has no readable {FILE}: its training never began") from None

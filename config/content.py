"""What lies in the places that a run names: digests, by which data and weights that were moved are
known again.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from config.sections import Config
from data.domain import Domain

# The options that say where something lies, and what of the content they lead to.
PLACES = {"dataset": "data", "domains": "data", "data_dir": "data",
          "classifier_path": "classifier_path", "vgg_weights": "vgg_weights"}
DECODED_ROWS = 256              # of images that are decoded on demand, as many enter the digest
DIGEST_BYTES = 12


def content_of(config: Config, domains: Sequence[Domain]) -> dict[str, Any]:
    """The digests of a run's data, a list over its domains, and of the files that it reads."""
    files = {name: getattr(config.coupling, name) for name in ("classifier_path", "vgg_weights")}
    return {"data": [digest(d) for d in domains],
            **{name: file_digest(path) for name, path in files.items() if Path(path).is_file()}}


def digest(domain: Domain) -> str:
    """Follows from all images in memory, or from up to DECODED_ROWS of those that are not, from
    their number and from the labels."""
    images, found = domain.images, hashlib.blake2b(digest_size=DIGEST_BYTES)
    if not isinstance(images, np.ndarray):
        rows = np.unique(np.linspace(0, len(images) - 1, DECODED_ROWS).astype(int))
        images = images[rows]
    for array in (np.array([len(domain), *images.shape[1:]]), images, domain.labels):
        if array is not None:
            found.update(np.ascontiguousarray(array).data)
    return found.hexdigest()


def file_digest(path: str | Path) -> str:
    """Follows from the bytes of the file at `path`."""
    with open(path, "rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.blake2b(digest_size=DIGEST_BYTES)).hexdigest()


def differing(kept: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The names of content that both know and that is not the same."""
    return [name for name in kept if name in found and kept[name] != found[name]]

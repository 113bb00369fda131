"""The list of data sets: their names, their sizes and whether they are here."""

from pathlib import Path
from typing import NamedTuple

from data import celeba, records
from data.catalogue import DOMAINS, Entry
from data.names import FOLDER_PREFIX, find_domain, pair_of_folders, registered_pair, usual_pairs
from data.sources.images import CYCLEGAN
from framework.errors import UserError


class DatasetRow(NamedTuple):
    """One row of the list.

    size: number of training images, None if unknown. here: whether no download is needed.
    """

    name: str
    size: int | None
    source: str
    here: bool
    description: str


def list_datasets(data_dir: str | Path | None = None) -> list[DatasetRow]:
    """Returns one row for every name of a data set.

    The number of images is that of the files in `data_dir`, else that of the published set. Opens
    no image and does not import TensorFlow.
    """
    where = Path(data_dir).expanduser() if data_dir else None
    return [*(_row(name, entry, where) for name, entry in DOMAINS.items()),
            *(_pair_row(name, where) for name in usual_pairs()),
            *(_cyclegan_row(name, where) for name in CYCLEGAN),
            *(_faces_row(name, where) for name in celeba.SETS),
            DatasetRow(f"{celeba.PREFIX}NAME", None, "celeba/ or zip, or TFDS",
                       celeba.is_here(where), "faces without and with any attribute"),
            DatasetRow(f"{FOLDER_PREFIX}PATH", None, "your images", True,
                       "one domain, or as many as it has folders domain1, domain2, ...")]


def _row(name: str, entry: Entry, data_dir: Path | None) -> DatasetRow:
    source = entry.source
    return DatasetRow(name, source.count(data_dir) or source.full_size, source.origin,
                      source.is_here(data_dir), entry.description)


def _pair_row(name: str, data_dir: Path | None) -> DatasetRow:
    x, y = (find_domain(domain) for domain in registered_pair(name) or ())
    here = x.source.is_here(data_dir) and y.source.is_here(data_dir)
    return DatasetRow(name, None, x.source.origin, here, "two of the above")


def _cyclegan_row(name: str, data_dir: Path | None) -> DatasetRow:
    try:
        here = pair_of_folders(name, data_dir, guess=False) is not None
    except UserError:
        here = False
    return DatasetRow(name, CYCLEGAN[name], "folder or zip with trainA, trainB, or TFDS",
                      here or records.is_here(name, data_dir), "two domains of CycleGAN")


def _faces_row(name: str, data_dir: Path | None) -> DatasetRow:
    """A pair of domains with their sizes, including held-out faces.

    The sizes are those of the faces in the data folder, else those of the thesis's table 2.2.
    """
    attribute, domains = celeba.SETS[name], celeba.attribute_pair(name) or ()
    local = [celeba.count(domain, data_dir) for domain in domains]
    counts = [count for count in local if count is not None]
    here = len(counts) == len(local)
    if not here:
        counts = [celeba.FULL_SIZE - celeba.FACES_WITH[attribute], celeba.FACES_WITH[attribute]]
    return DatasetRow(name, sum(counts), "celeba/ or zip, or TFDS",
                      here or records.is_here(celeba.NAME, data_dir),
                      f"{counts[0]} faces without and {counts[1]} with {attribute}")

"""Images that TFDS keeps as records, decoded on demand like files."""

from pathlib import Path
from typing import Any

from data import tfds
from framework.errors import UserError

FORMAT = "array_record"         # the format of TFDS with random access


class Record:
    """The record `index` of a TFDS data source, with the methods of an image file.

    name: of the split; the record's own name is that of a JPEG in a folder of this name.
    """

    def __init__(self, source: Any, index: int, name: str):
        self.source, self.index, self.name = source, index, f"{name}/{index}.jpg"

    def __str__(self) -> str:
        return self.name

    def __getitem__(self, key: str) -> Any:
        return self.source[self.index][key]

    def read_bytes(self) -> bytes:
        """The encoded image, as it was published."""
        return self["image"]


def is_here(name: str, data_dir: Path | None) -> bool:
    """Whether the set lies prepared in the data folder, or in TFDS's default folder."""
    return tfds.is_prepared(name, data_dir) or tfds.is_prepared(name, None)


def read_records(name: str, split: str, data_dir: Path | None) -> list[Record]:
    """Reads a split of a set of images, such as `celeba` or one of CycleGAN's; downloads and
    prepares it if needed.

    Raises UserError if the set cannot be downloaded or read.
    """
    tfds.check_folder(name, data_dir)
    if not is_here(name, data_dir):
        tfds.prepare(name, tfds.root(data_dir), file_format=FORMAT)
    root = tfds.root(data_dir if tfds.is_prepared(name, data_dir) else None)
    import tensorflow_datasets
    try:
        source = _open(tensorflow_datasets, name, split, root)
    except Exception as error:      # TFDS has many for a damaged set or one of another format
        raise UserError(f"TFDS cannot read {root / tfds.tfds_name(name)} in any order; remove it "
                        f"to have it prepared as {FORMAT} ({tfds.first_line(error)})") from error
    return [Record(source, i, f"{name}/{split}") for i in range(len(source))]


def _open(tensorflow_datasets: Any, name: str, split: str, root: Path) -> Any:
    builder = tensorflow_datasets.builder(tfds.tfds_name(name), data_dir=root)
    skip = {"image": tensorflow_datasets.decode.SkipDecoding()}
    return builder.as_data_source(split, decoders=skip)

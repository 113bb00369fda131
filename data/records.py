"""Images that TFDS keeps as records, decoded on demand like files."""

from pathlib import Path

from data import tfds
from framework.errors import UserError

FORMAT = "array_record"         # of TFDS's formats the one that is read in any order


class Record:
    """The record number `index` of a TFDS data source, with the path of an image file."""

    def __init__(self, source, index: int, name: str):
        self.source, self.index, self.name = source, index, f"{name}/{index}.jpg"

    def __str__(self):
        return self.name

    def __getitem__(self, key: str):
        return self.source[self.index][key]

    def read_bytes(self) -> bytes:
        """The image as it was published, encoded."""
        return self["image"]


def is_here(name: str, data_dir: Path | None) -> bool:
    """Whether the set lies prepared in the data folder, or where TFDS keeps its own."""
    return tfds.is_prepared(name, data_dir) or tfds.is_prepared(name, None)


def read_records(name: str, split: str, data_dir: Path | None) -> list[Record]:
    """The records of a split of `celeba` or of a CycleGAN set, as tfds.read_tfds finds them."""
    if data_dir and not data_dir.is_dir():
        raise UserError(f"there is no folder {data_dir} to look for {name} in (--data_dir); "
                        "create it if a download shall go there")
    if not is_here(name, data_dir):
        tfds.prepare(name, tfds.root(data_dir), file_format=FORMAT)
    root = tfds.root(data_dir if tfds.is_prepared(name, data_dir) else None)
    import tensorflow_datasets
    try:
        builder = tensorflow_datasets.builder(tfds.tfds_name(name), data_dir=root)
        skip = {"image": tensorflow_datasets.decode.SkipDecoding()}
        source = builder.as_data_source(split, decoders=skip)
    except Exception as error:      # TFDS has many for a damaged set or one of another format
        raise UserError(f"TFDS cannot read {root / tfds.tfds_name(name)} in any order; remove it "
                        f"to have it prepared as {FORMAT} ({tfds.first_line(error)})") from error
    return [Record(source, i, f"{name}/{split}") for i in range(len(source))]

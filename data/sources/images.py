"""Your own images, and CycleGAN's. Their names contain their place, so none is registered."""

from pathlib import Path

from data import folders, records
from data.catalogue import Entry, Source

CYCLEGAN = {                        # Zhu et al. 2017; images of trainA and trainB together
    "apple2orange": 995 + 1019, "horse2zebra": 1067 + 1334, "summer2winter_yosemite": 2193,
    "monet2photo": 7359, "cezanne2photo": 6812, "ukiyoe2photo": 6849, "vangogh2photo": 6687,
}


def folder_entry(path: Path, size: int) -> Entry:
    """The entry of the images in the folder `path`."""
    source = Source(f"folder:{path}", lambda data_dir, split, size, seed: (
        folders.read_folder(path, split, size), None), "your images")
    return Entry(source, folders.decode_if_small, None, size, f"images in {path}")


def cyclegan_entry(place: str) -> Entry:
    """The entry of a CycleGAN set from TFDS; `place` is SET/trainA or SET/trainB."""
    name, part = place.split("/")

    def read(data_dir: Path | None, split: str, size: int,
             seed: int) -> tuple[folders.ImageFiles, None]:
        files = records.read_records(name, part.replace("train", split), data_dir)
        return folders.ImageFiles(files, size), None
    source = Source(place, read, "TFDS")
    return Entry(source, folders.decode_if_small, None, 128, f"{place} of CycleGAN")

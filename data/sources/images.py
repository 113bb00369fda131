"""Your own images, and CycleGAN's. Their names say where they lie, so none is registered."""

from data import folders, records
from data.catalogue import Entry, Source

CYCLEGAN = {                        # Zhu et al. 2017; images of trainA and trainB together
    "apple2orange": 995 + 1019, "horse2zebra": 1067 + 1334, "summer2winter_yosemite": 2193,
    "monet2photo": 7359, "cezanne2photo": 6812, "ukiyoe2photo": 6849, "vangogh2photo": 6687,
}


def folder_entry(path, size: int) -> Entry:
    """The images in the folder `path`."""
    source = Source(f"folder:{path}", lambda data_dir, split, size, seed: (
        folders.read_folder(path, split, size), None), "your images")
    return Entry(source, folders.decode_if_small, None, size, f"images in {path}")


def cyclegan_entry(place: str) -> Entry:
    """A set of CycleGAN from TFDS; `place` is SET/trainA or SET/trainB."""
    name, part = place.split("/")

    def read(data_dir, split, size, seed):
        files = records.read_records(name, part.replace("train", split), data_dir)
        return folders.ImageFiles(files, size), None
    return Entry(Source(place, read, "TFDS"), folders.decode_if_small, None, 128, f"{place} of CycleGAN")

"""The documents' sets of photographs and paintings, in the data folder under their usual names.

A set is a folder or zip file of images, or a tar archive that fits into memory; else it comes from
TFDS, where that has it. A folder `train` beside test or val holds the training images, otherwise
every tenth image is held out, as in data.folders.
"""

from pathlib import Path
from typing import NamedTuple

from data import folders, records, tars, tfds
from framework.errors import UserError


class ImageSet(NamedTuple):
    """A set of images. places: what its folder or archive is called, without an ending."""

    name: str
    places: tuple[str, ...]

    @property
    def origin(self) -> str:
        """The place where the set comes from, in a few words."""
        return "folder or zip" + ", or TFDS" * (self.name in tfds.TFDS_NAMES)

    def is_here(self, data_dir: Path | None) -> bool:
        """Whether the set can be read without a network."""
        return self.place(data_dir) is not None or self._prepared(data_dir)

    def place(self, data_dir: Path | None) -> Path | None:
        """The set's folder, zip file or tar archive in the data folder; None if there is none."""
        if not data_dir or not data_dir.is_dir():
            return None
        for name in self.places:
            folder = data_dir / name
            if folder.is_dir() and not any(folder.glob("*/dataset_info.json")):    # TFDS's own
                return folder
            for suffix in (".zip", *tars.SUFFIXES):
                if (packed := data_dir / f"{name}{suffix}").is_file():
                    return packed
        return None

    def read(self, data_dir: Path | None, split: str, size: int) -> folders.ImageFiles:
        """Returns the images uint8 [N, size, size, 3] of `split`, decoded on demand.

        Raises UserError for a set that is in no place and cannot be downloaded, and for one that
        is damaged, empty, or packed in a tar archive larger than the memory it may take.
        """
        tfds.check_folder(self.name, data_dir)
        place = self.place(data_dir)
        if place is None:
            if self.name not in tfds.TFDS_NAMES:
                raise UserError(f"{self.name} is not in --data_dir ({data_dir or 'not given'}); "
                                f"put {tfds.LOCAL_FILES[self.name]} there")
            files = records.read_records(self.name, "train", data_dir)
            return folders.ImageFiles(folders.divide(files, split, self.name), size)
        if place.name.endswith(tars.SUFFIXES):
            files = self._unpacked(place)
            return folders.ImageFiles(folders.divide(files, split, place), size)
        parts = folders.domain_folders(place)
        return folders.read_folder(parts[0] if len(parts) == 1 else place, split, size)

    def _unpacked(self, place: Path) -> list[tars.PackedFile]:
        found = tars.read_tar(place, lambda name: Path(name).suffix.lower() in folders.SUFFIXES)
        if not found:
            raise UserError(f"there are no images in {place}")
        return found

    def _prepared(self, data_dir: Path | None) -> bool:
        return self.name in tfds.TFDS_NAMES and records.is_here(self.name, data_dir)


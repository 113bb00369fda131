"""Files inside a tar archive, packed or not, read into memory and never written to disk."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from framework.errors import UserError

SUFFIXES = (".tgz", ".tar.gz", ".tar")
MOST_BYTES = 2**30              # of the files that are taken, and of those passed over, each


class PackedFile(NamedTuple):
    """A file of an archive, with the methods of an image file. path: in the archive."""

    archive: Path
    path: str
    data: bytes

    @property
    def name(self) -> str:
        return Path(self.path).name

    def __str__(self) -> str:
        return f"{self.archive}/{self.path}"

    def read_bytes(self) -> bytes:
        return self.data


def read_tar(archive: Path, wanted: Callable[[str], bool],
             most: int = MOST_BYTES) -> list[PackedFile]:
    """Returns the files of `archive` whose name, without folders, is `wanted`, sorted by path.

    Links, devices, hidden files and those of __MACOSX are passed over. Raises UserError for an
    archive that cannot be read, and where its files have more than `most` bytes.
    """
    found, taken = [], 0
    try:
        with tarfile.open(archive, "r|*") as opened:
            for member in opened:
                if member.offset > 2 * most or taken + member.size > most and member.isfile():
                    raise UserError(f"{archive} holds more than {most / 2**30:.2g} GiB; unpack it "
                                    "beside itself")
                name = Path(member.name).name
                hidden = name.startswith(".") or "__MACOSX" in member.name
                file = opened.extractfile(member) if member.isfile() and not hidden and wanted(
                    name) else None
                if file:
                    found.append(PackedFile(archive, member.name, file.read()))
                    taken += member.size
    except UserError:
        raise
    except Exception as error:      # tarfile, zlib, bz2 and lzma each have their own
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:150]
        raise UserError(f"cannot read {archive}: {why}") from error
    return sorted(found, key=lambda file: file.path)

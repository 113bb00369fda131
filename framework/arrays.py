"""Arrays in .npz files of others: what a file declares is checked before memory is taken for it."""

import math
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from framework.errors import UserError

NPZ_PARTS = {(1, 0): np.lib.format.read_array_header_1_0,
             (2, 0): np.lib.format.read_array_header_2_0}
MEMORY_SHARE = 0.8              # of what is free, that one array may take


class Header(NamedTuple):
    """What an array declares of itself."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


class ArrayFile:
    """An opened .npz file. `names`: of its arrays."""

    def __init__(self, path: Path, archive: zipfile.ZipFile):
        self.path, self._archive = path, archive
        self.names = tuple(name.removesuffix(".npy") for name in archive.namelist())

    def header(self, name: str) -> Header:
        """What the array declares; nothing else is read. Raises UserError where that cannot be
        true, is of Python objects, or is more than the memory that is free."""
        member = self._archive.getinfo(f"{name}.npy")
        with self._archive.open(member) as file:
            version = np.lib.format.read_magic(file)
            if version not in NPZ_PARTS:
                raise UserError(f"{self.path}: the array {name} is of a kind that is not known")
            shape, _, dtype = NPZ_PARTS[version](file)
            declared = Header(shape, dtype)
            if dtype.hasobject:
                raise UserError(f"{self.path}: the array {name} holds Python objects, which are "
                                "not read; store numbers")
            if file.tell() + declared.nbytes != member.file_size:
                raise UserError(f"{self.path}: the array {name} is not as long as it says")
        if declared.nbytes > MEMORY_SHARE * free_memory():
            raise UserError(f"{self.path}: the array {name} would take "
                            f"{declared.nbytes / 2**30:.1f} GiB, more than the memory that is free")
        return declared

    def read(self, name: str) -> np.ndarray:
        """The array. Raises UserError as `header` does."""
        self.header(name)
        with self._archive.open(f"{name}.npy") as file:
            return np.lib.format.read_array(file, allow_pickle=False)


@contextmanager
def open_arrays(path: str | Path, what: str = "") -> Iterator[ArrayFile]:
    """Opens the .npz file `path`. Raises UserError, also for whatever fails in the block, where
    it cannot be read. what: the words before its name in the message."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield ArrayFile(Path(path), archive)
    except UserError:
        raise
    except MemoryError as error:
        raise UserError(f"cannot read {what}{path}: its arrays exceed the memory") from error
    except Exception as error:      # zipfile, zlib and numpy each have their own for a bad file
        why = getattr(error, "strerror", None) or str(error).strip() or type(error).__name__
        raise UserError(f"cannot read {what}{path}: {why.splitlines()[0][:200]}") from error


def check_finite(path: str | Path, arrays: Iterable[tuple[str, np.ndarray]]) -> None:
    """Raises UserError, naming the file, for an array that is not of real numbers, or of which
    some are NaN, infinite or too large for float32."""
    for name, array in arrays:
        if array.dtype.kind not in "fiu":
            raise UserError(f"{path}: {name} holds {array.dtype}, not numbers of a net")
        with np.errstate(over="ignore", invalid="ignore"):
            if not np.isfinite(np.asarray(array, np.float32)).all():
                raise UserError(f"{path}: {name} holds numbers that are not finite (NaN or "
                                "infinite), of which every result would be; get the file anew")


def free_memory() -> float:
    """The bytes of memory that are free for this process; infinite where that is not known."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return 1024.0 * int(line.split()[1])
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, AttributeError):
        return math.inf

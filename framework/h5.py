"""Weights in HDF5 files of any origin: what is read is in the file itself, and of a known size."""

from pathlib import Path
from typing import Any

import numpy as np

from framework.arrays import check_finite
from framework.errors import UserError

MOST_TIMES = 16                 # the bytes of a net that a file of its weights may have at most:
                                # the classifier of VGG, which is left out, has six times the rest


def check_h5(path: str | Path, most_bytes: float) -> None:
    """Raises UserError unless `path` is an HDF5 file of arrays of numbers that take `most_bytes`
    at most, all of them in the file itself and finite. Needs no Keras."""
    import h5py
    if Path(path).is_file() and not h5py.is_hdf5(path):
        raise UserError(f"cannot read the weights {path}: it is no .h5 file as Keras writes them")

    total = 0

    def visit(place: str, group: Any) -> None:
        nonlocal total
        for name in group:
            where = f"{place}{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise UserError(f"{path}: {where} leads to another place, and weights need none")
            found = group[name]
            if isinstance(found, h5py.Group):
                if found in seen:
                    raise UserError(f"{path}: {where} holds itself")
                seen.append(found)
                visit(f"{where}/", found)
                continue
            if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external:
                raise UserError(f"{path}: {where} is no array in the file")
            total += found.nbytes if found.shape is not None else 0
            if total > most_bytes:
                raise UserError(f"{path} declares arrays of {total / 2**20:.0f} MiB and more, "
                                "which are not the weights of this net")
            if found.shape is not None and found.dtype.kind == "f":
                check_finite(path, [(where, found[()])])

    seen: list[Any] = []
    try:
        with h5py.File(path, "r") as file:
            seen.append(file["/"])
            visit("", file)
    except UserError:
        raise
    except Exception as error:      # h5py has many for a damaged file
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:150]
        raise UserError(f"cannot read the weights {path}: {why}") from error


def read_array(file: Any, path: str, shape: tuple[int, ...]) -> np.ndarray:
    """The floats of `shape` that lie at `path` in the open h5py `file`, as float32.

    Raises UserError, and has read nothing by then, where there is no such array or where it
    is elsewhere than in the file: behind a link, in another file, computed, or packed.
    """
    import h5py

    found = file
    for name in path.split("/"):
        if not isinstance(found, h5py.Group) or name not in found:
            raise UserError(f"there is no array {path}")
        if not isinstance(found.get(name, getlink=True), h5py.HardLink):
            raise UserError(f"{path} is a link to elsewhere")
        found = found[name]
    if not isinstance(found, h5py.Dataset) or found.dtype.kind != "f" or found.shape != shape:
        raise UserError(f"{path} is {_described(found)}, not numbers of {list(shape)}")
    plan = found.id.get_create_plist()
    plain = plan.get_layout() in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT)
    if not plain or plan.get_nfilters() or plan.get_external_count():
        raise UserError(f"{path} is not kept plainly in the file")
    values = np.asarray(found, np.float32)
    if not np.isfinite(values).all():
        raise UserError(f"{path} holds values that are not finite")
    return values


def _described(found: Any) -> str:
    shape = getattr(found, "shape", None)
    return "a group" if shape is None else f"{found.dtype} of {list(shape)}"[:80]

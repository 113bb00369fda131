"""Arrays from HDF5 files of any origin: what is read is in the file itself, and of a known size."""

from typing import Any

import numpy as np

from framework.errors import UserError


def array(file: Any, path: str, shape: tuple[int, ...]) -> np.ndarray:
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


def _described(found) -> str:
    shape = getattr(found, "shape", None)
    return "a group" if shape is None else f"{found.dtype} of {list(shape)}"[:80]

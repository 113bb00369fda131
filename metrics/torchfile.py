"""Reads torch's checkpoint files without torch and without running any code in them.

A checkpoint is a pickle, and a pickle may call anything. This reader accepts OrderedDict, two
functions that describe a tensor and the names of the storage types, and refuses all else:
nothing is imported or called, only numbers are copied.
"""

import io
import math
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from framework import pickles
from framework.errors import UserError
from framework.pickles import check_program

WHAT = "weights"                # in messages
STORAGES = {"FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2",
            "LongStorage": "i8", "IntStorage": "i4", "ShortStorage": "i2",
            "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?"}
MAX_PICKLE_BYTES = 2**24        # of descriptions; those of the nets here have some ten thousand
MOST_SHARED = 4                 # times the file's bytes that tensors may take that share theirs
LEGACY_MAGIC, LEGACY_VERSION = 0x1950A86A20F9469CFC6C, 1001


class Storage(NamedTuple):
    """The place of a tensor's numbers. kind: numpy's name of their type. size: their number."""

    kind: str
    key: str
    size: int


class TensorView(NamedTuple):
    """A tensor as a checkpoint describes it: a view of a storage; offset and strides count
    elements."""

    storage: Storage
    offset: int
    shape: tuple
    strides: tuple


class _TensorV2:
    """Replaces torch._utils._rebuild_tensor_v2; slots keep a pickle from changing it."""

    __slots__ = ()

    def __call__(self, storage, offset, shape, strides, *ignored):
        return TensorView(storage, offset, shape, strides)


class _Parameter:
    """Replaces torch._utils._rebuild_parameter."""

    __slots__ = ()

    def __call__(self, tensor, *ignored):
        return tensor


ALLOWED_NAMES = {("collections", "OrderedDict"): OrderedDict,
                 ("torch._utils", "_rebuild_tensor_v2"): _TensorV2(),
                 ("torch._utils", "_rebuild_parameter"): _Parameter(),
                 **{("torch", name): kind for name, kind in STORAGES.items()}}


class RestrictedUnpickler(pickles.RestrictedUnpickler):
    """An unpickler that accepts only ALLOWED_NAMES, also in pickles written by Python 2."""

    def __init__(self, file: IO[bytes]):
        super().__init__(file, ALLOWED_NAMES, WHAT)
        self.storages = {}

    def persistent_load(self, pid: Any) -> Storage:
        tag, kind, key, _, size, *view = pid
        if tag != "storage" or kind not in STORAGES.values() or any(view):
            raise pickle.UnpicklingError("it holds storage of a kind that is not known")
        return self.storages.setdefault(str(key), Storage(kind, str(key), size))


def read_state_dict(path: str | Path, prefix: str = "") -> dict[str, np.ndarray]:
    """Reads the tensors of a state dict whose names start with `prefix`, as arrays by name.

    path: a file that torch.save wrote, as a zip (since torch 1.6) or in the earlier format.
    Raises UserError if the file is no such file, is damaged, holds no tensors by name, or if its
    pickle asks for anything else.
    """
    try:
        with open(path, "rb") as file:
            zipped = zipfile.is_zipfile(file)
            file.seek(0)
            return (_read_zip if zipped else _read_legacy)(file, prefix)
    except UserError:
        raise
    except Exception as error:        # a damaged pickle or zip fails in as many ways as there are
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise UserError(f"cannot read {path} as a checkpoint of torch: {why}") from error


def _read_zip(file, prefix):
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        root = next((n for n in names if n.endswith("data.pkl")), "").removesuffix("data.pkl")
        order = _member(archive, f"{root}byteorder", 16) if f"{root}byteorder" in names else b""
        pickled = _member(archive, f"{root}data.pkl", MAX_PICKLE_BYTES)
        check_program(pickled, WHAT)
        tensors = _select_tensors(RestrictedUnpickler(io.BytesIO(pickled)).load(), prefix)
        _check_total(tensors.values(), _size(file))
        data: dict[str, bytes] = {}
        for storage in {tensor.storage for tensor in tensors.values()}:
            count = storage.size * np.dtype(storage.kind).itemsize
            data[storage.key] = _member(archive, f"{root}data/{storage.key}", count)
        return {name: to_array(tensor, data[tensor.storage.key], order == b"big")
                for name, tensor in tensors.items()}


def _member(archive, name, most) -> bytes:
    """The member `name`, whose stated size may be `most` bytes and that of the file at most: torch
    does not compress."""
    stated = archive.getinfo(name).file_size
    if stated > min(most, _size(archive.fp)):
        raise ValueError(f"{name} states {stated} bytes, more than it can have")
    return archive.read(name)


def _size(file) -> int:
    return os.fstat(file.fileno()).st_size


def _check_total(tensors, size) -> None:
    """Raises ValueError where all tensors together take far more than the file has."""
    total = 0
    for tensor in tensors:
        _check_view(tensor)
        total += math.prod(tensor.shape) * np.dtype(tensor.storage.kind).itemsize
    if total > MOST_SHARED * size:
        raise ValueError(f"its tensors would take {total} bytes, more than it has")


def _read_legacy(file, prefix):
    """Reads consecutive pickles: a magic number, a version, the machine, the state dict, the keys
    of the storages. Then come the storages, each after its length as int64."""
    if _next_pickle(file).load() != LEGACY_MAGIC or _next_pickle(file).load() != LEGACY_VERSION:
        raise pickle.UnpicklingError("it has no mark of torch")
    big = not _next_pickle(file).load()["little_endian"]
    unpickler = _next_pickle(file)
    tensors, data = _select_tensors(unpickler.load(), prefix), {}
    _check_total(tensors.values(), _size(file))
    wanted = {tensor.storage.key for tensor in tensors.values()}
    for key in _next_pickle(file).load():
        storage, length = unpickler.storages[str(key)], file.read(8)
        if int.from_bytes(length, "big" if big else "little") != storage.size:
            raise pickle.UnpicklingError(f"storage {key} is not as long as it should be")
        count = storage.size * np.dtype(storage.kind).itemsize
        if storage.key in wanted:
            data[storage.key] = file.read(min(count, _size(file)))
        else:
            file.seek(count, io.SEEK_CUR)
    return {name: to_array(tensor, data[tensor.storage.key], big)
            for name, tensor in tensors.items()}


def _next_pickle(file) -> RestrictedUnpickler:
    """An unpickler of the next pickle in `file`, which has been looked through."""
    start = file.tell()
    check_program(file.read(MAX_PICKLE_BYTES), WHAT)
    file.seek(start)
    return RestrictedUnpickler(file)


def _select_tensors(state, prefix) -> dict[str, TensorView]:
    if not isinstance(state, dict):
        raise pickle.UnpicklingError(f"it holds {type(state).__name__}, not tensors by name")
    return {name: tensor for name, tensor in state.items()
            if isinstance(tensor, TensorView) and str(name).startswith(prefix)}


def _check_view(tensor) -> None:
    """Raises ValueError for a tensor whose numbers cannot be in any storage."""
    shape, strides = tensor.shape, tensor.strides
    numbers = (tensor.offset, *shape, *strides)
    if (len(shape) != len(strides) or not all(type(n) is int for n in numbers)
            or min(numbers) < 0 or type(tensor.storage.size) is not int or tensor.storage.size < 0):
        raise ValueError("a tensor's shape is impossible")


def to_array(tensor: TensorView, data: bytes, big: bool = False) -> np.ndarray:
    """Copies the tensor's view out of its storage's bytes. big: these are big-endian. Raises
    ValueError if the view reaches outside of them."""
    _check_view(tensor)
    kind = np.dtype(tensor.storage.kind).newbyteorder(">" if big else "<")
    shape, strides = tensor.shape, tensor.strides
    if not all(shape):
        return np.zeros(shape, kind)
    last = tensor.offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    numbers = np.frombuffer(data, kind)
    if last >= len(numbers) or math.prod(shape) > len(numbers):
        raise ValueError("a tensor reaches beyond its storage")
    steps = [step * kind.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset:], shape, steps).copy()

"""Torch's checkpoint files read without torch and without running what they hold.

A checkpoint is a pickle, and a pickle may call anything. This reader knows OrderedDict, two
functions that describe a tensor and the kinds of storage by name and refuses all else: nothing
is imported or called, numbers are copied.
"""

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from framework.errors import UserError

STORAGES = {"FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2",
            "LongStorage": "i8", "IntStorage": "i4", "ShortStorage": "i2",
            "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?"}
LEGACY_MAGIC, LEGACY_VERSION = 0x1950A86A20F9469CFC6C, 1001


class Storage(NamedTuple):
    """Where a tensor's numbers lie: numpy's name of their type, a key, how many."""

    kind: str
    key: str
    size: int


class Tensor(NamedTuple):
    """What a checkpoint says of a tensor: a view of a storage, in elements."""

    storage: Storage
    offset: int
    shape: tuple
    strides: tuple


class _TensorV2:
    """Stands for torch._utils._rebuild_tensor_v2; slots keep a pickle from altering it."""

    __slots__ = ()

    def __call__(self, storage, offset, shape, strides, *ignored):
        return Tensor(storage, offset, shape, strides)


class _Parameter:
    """Stands for torch._utils._rebuild_parameter."""

    __slots__ = ()

    def __call__(self, tensor, *ignored):
        return tensor


KNOWN = {("collections", "OrderedDict"): OrderedDict,
         ("torch._utils", "_rebuild_tensor_v2"): _TensorV2(),
         ("torch._utils", "_rebuild_parameter"): _Parameter(),
         **{("torch", name): kind for name, kind in STORAGES.items()}}


class Restricted(pickle.Unpickler):
    """An unpickler of the names in KNOWN alone. Torch wrote its pickles in Python 2 as well."""

    def __init__(self, file: Any):
        super().__init__(file, encoding="latin1")
        self.storages = {}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in KNOWN:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no weights need")
        return KNOWN[module, name]

    def persistent_load(self, found: Any) -> Storage:
        tag, kind, key, _, size, *view = found
        if tag != "storage" or kind not in STORAGES.values() or any(view):
            raise pickle.UnpicklingError("it holds storage of a kind that is not known")
        return self.storages.setdefault(str(key), Storage(kind, str(key), size))


def read_state_dict(path: str | Path, prefix: str = "") -> dict[str, np.ndarray]:
    """The tensors of a state dict whose names start with `prefix`, as arrays by name.

    path: a file that torch.save wrote, as a zip (since torch 1.6) or in the format before; the
    other tensors are passed over. Raises UserError for files that are none or are damaged, that
    hold no tensors by name, and for pickles that ask for anything else.
    """
    try:
        with open(path, "rb") as file:
            zipped = zipfile.is_zipfile(file)
            file.seek(0)
            return (_read_zip if zipped else _read_legacy)(file, prefix)
    except Exception as error:        # a damaged pickle or zip fails in as many ways as there are
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise UserError(f"cannot read {path} as a checkpoint of torch: {why}") from error


def _read_zip(file, prefix):
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        root = next((n for n in names if n.endswith("data.pkl")), "").removesuffix("data.pkl")
        big = f"{root}byteorder" in names and archive.read(f"{root}byteorder") == b"big"
        state = Restricted(io.BytesIO(archive.read(f"{root}data.pkl"))).load()
        return {name: array(tensor, archive.read(f"{root}data/{tensor.storage.key}"), big)
                for name, tensor in _wanted(state, prefix).items()}


def _read_legacy(file, prefix):
    """Pickles one after the other: a mark, a version, the machine, the state dict, the keys of
    the storages; then each storage, its length as int64 before it."""
    if Restricted(file).load() != LEGACY_MAGIC or Restricted(file).load() != LEGACY_VERSION:
        raise pickle.UnpicklingError("it has no mark of torch")
    big = not Restricted(file).load()["little_endian"]
    unpickler = Restricted(file)
    tensors, data = _wanted(unpickler.load(), prefix), {}
    wanted = {tensor.storage.key for tensor in tensors.values()}
    for key in Restricted(file).load():
        storage, length = unpickler.storages[str(key)], file.read(8)
        if int.from_bytes(length, "big" if big else "little") != storage.size:
            raise pickle.UnpicklingError(f"storage {key} is not as long as it should be")
        count = storage.size * np.dtype(storage.kind).itemsize
        if storage.key in wanted:
            data[storage.key] = file.read(count)
        else:
            file.seek(count, io.SEEK_CUR)
    return {name: array(tensor, data[tensor.storage.key], big)
            for name, tensor in tensors.items()}


def _wanted(state, prefix) -> dict[str, Tensor]:
    if not isinstance(state, dict):
        raise pickle.UnpicklingError(f"it holds {type(state).__name__}, not tensors by name")
    return {name: tensor for name, tensor in state.items()
            if isinstance(tensor, Tensor) and str(name).startswith(prefix)}


def array(tensor: Tensor, data: bytes, big: bool = False) -> np.ndarray:
    """The tensor's view of its storage's bytes, copied. Raises ValueError where it would reach
    outside of them."""
    kind = np.dtype(tensor.storage.kind).newbyteorder(">" if big else "<")
    shape, strides = tensor.shape, tensor.strides
    if len(shape) != len(strides) or min((tensor.offset, *shape, *strides)) < 0:
        raise ValueError("a tensor's shape is impossible")
    if not all(shape):
        return np.zeros(shape, kind)
    last = tensor.offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    numbers = np.frombuffer(data, kind)
    if last >= len(numbers) or math.prod(shape) > len(numbers):
        raise ValueError("a tensor reaches beyond its storage")
    steps = [step * kind.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset:], shape, steps).copy()

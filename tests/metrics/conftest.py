"""Checkpoints as torch would write them, made by hand: there is no torch here."""

import struct
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

KINDS = {"float32": "FloatStorage", "float64": "DoubleStorage", "int64": "LongStorage"}
ORDERED = b"ccollections\nOrderedDict\n(tR"


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def numbers(values):
    return b"(" + b"".join(b"J" + struct.pack("<i", v) for v in values) + b"t"


def tensor(key, kind, count, offset, shape, strides):
    """The opcodes of one tensor of a state dict."""
    storage = (b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu")
               + b"J" + struct.pack("<i", count) + b"tQ")
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"J" + struct.pack("<i", offset)
            + numbers(shape) + numbers(strides) + b"\x89" + ORDERED + b"tR")


def described(key, array):
    strides = [step // array.itemsize for step in array.strides]
    return tensor(key, KINDS[str(array.dtype)], array.size, 0, array.shape, strides)


def state_dict(items):
    """A pickle of an OrderedDict of names to opcodes."""
    pairs = b"".join(text(name) + value for name, value in items.items())
    return b"\x80\x02" + ORDERED + b"(" + pairs + b"u."


def write_zip(path, pickled, storages=()):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
        for i, array in enumerate(storages):
            archive.writestr(f"archive/data/{i}", array.tobytes())


def save(path, arrays):
    """Arrays by name as a checkpoint of today's torch."""
    arrays = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    items = {name: described(str(i), array) for i, (name, array) in enumerate(arrays.items())}
    write_zip(path, state_dict(items), arrays.values())


@pytest.fixture
def torch():
    """What writes checkpoints."""
    return SimpleNamespace(text=text, tensor=tensor, described=described, state_dict=state_dict,
                           write_zip=write_zip, save=save)

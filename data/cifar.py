"""CIFAR-10: cifar-10-python.tar.gz, as it is downloaded or unpacked, else TFDS.

A batch is a pickle of Python 2. It is read as data: of numpy's names stand-ins are taken that keep
what the pickle says, and every other name is refused (framework.pickles).
"""

import math
from pathlib import Path
from typing import Any

import numpy as np

from data import tars, tfds
from framework.errors import UserError
from framework.pickles import unpickle

NAME, CLASSES, SIDE = "cifar10", 10, 32
ARCHIVE, FOLDER = "cifar-10-python.tar.gz", "cifar-10-batches-py"
BATCHES = {"train": [f"data_batch_{k}" for k in range(1, 6)], "test": ["test_batch"]}
MOST_BYTES = 2**29              # of all batches; the published ones have 177 MiB
WHAT = "images"


class _Kind:
    """Stands for a type of numbers. name: numpy's, such as u1."""

    __slots__ = ("name",)

    def __init__(self, name: Any):
        self.name = name

    def __setstate__(self, state: Any) -> None:
        """Byte order and sizes, which do not matter to bytes."""


class _Array:
    """Stands for an array. parts: version, shape, kind, whether columns come first, bytes."""

    __slots__ = ("parts",)

    def __setstate__(self, state: Any) -> None:
        self.parts = state


class _MakeKind:
    __slots__ = ()

    def __call__(self, name: Any, *ignored: Any) -> _Kind:
        return _Kind(name)


class _MakeArray:
    __slots__ = ()

    def __call__(self, *ignored: Any) -> _Array:
        return _Array()


class _AsText:
    """Stands for the encoding of text to bytes, as Python 3 writes bytes in pickles of 2."""

    __slots__ = ()

    def __call__(self, text: Any, *ignored: Any) -> Any:
        return text


ALLOWED = {("numpy", "ndarray"): "ndarray", ("numpy", "dtype"): _MakeKind(),
           ("numpy.core.multiarray", "_reconstruct"): _MakeArray(),
           ("numpy._core.multiarray", "_reconstruct"): _MakeArray(),
           ("_codecs", "encode"): _AsText()}


def read_cifar(data_dir: Path | None, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns images uint8 [N, 32, 32, 3] and labels int32 [N] in 0..9 of CIFAR-10.

    Raises UserError if it is in no place and cannot be downloaded, or if a batch is damaged, holds
    anything else, or asks for code.
    """
    tfds.check_folder(NAME, data_dir)
    place = _place(data_dir)
    if place is None:
        prepared = tfds.is_prepared(NAME, None) and not tfds.is_prepared(NAME, data_dir)
        return tfds.read_tfds(NAME, split, None if prepared else data_dir)
    names = BATCHES[split]
    if place.is_dir():
        batches = {name: place / name for name in names if (place / name).is_file()}
    else:
        batches = {file.name: file
                   for file in tars.read_tar(place, names.__contains__, MOST_BYTES)}
    if not batches:
        raise UserError(f"{place} holds none of {', '.join(names)}")
    parts = [read_batch(batches[name]) for name in sorted(batches)]
    images, labels = (np.concatenate(each) for each in zip(*parts, strict=True))
    return images, labels


def is_here(data_dir: Path | None) -> bool:
    """Whether the set can be read without a network."""
    return (_place(data_dir) is not None or tfds.is_prepared(NAME, data_dir)
            or tfds.is_prepared(NAME, None))


def read_batch(file: Path | tars.PackedFile) -> tuple[np.ndarray, np.ndarray]:
    """Reads one batch, a dictionary of `data` and `labels`; shapes as in `read_cifar`.

    Raises UserError for a file that is no such pickle, or that asks for anything but arrays.
    """
    try:
        if isinstance(file, Path) and file.stat().st_size > MOST_BYTES:
            raise ValueError("it is larger than any batch")
        found = unpickle(file.read_bytes(), ALLOWED, WHAT)
        images = _images(found["data"])
        return images, _labels(found["labels"], len(images))
    except Exception as error:        # a damaged pickle fails in as many ways as there are
        why = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
        raise UserError(f"cannot read {file} as a batch of CIFAR-10: {why}") from error


def _images(found: Any) -> np.ndarray:
    _, shape, kind, columns, data = found.parts
    count = shape[0]
    if kind.name != "u1" or columns or tuple(shape) != (count, 3 * SIDE * SIDE) or not count:
        raise ValueError(f"its data must be uint8 [N, {3 * SIDE * SIDE}]")
    data = data.encode("latin1") if isinstance(data, str) else data
    if len(data) != math.prod(shape):
        raise ValueError("its data are not as long as they should be")
    planes = np.frombuffer(data, np.uint8).reshape(count, 3, SIDE, SIDE)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1))


def _labels(found: Any, count: int) -> np.ndarray:
    whole = isinstance(found, list) and all(type(each) is int for each in found)
    if not whole or not all(0 <= each < CLASSES for each in found):
        raise ValueError(f"its labels must be integers in 0..{CLASSES - 1}")
    if len(found) != count:
        raise ValueError(f"it must have as many labels as images, {count}, not {len(found)}")
    return np.array(found, np.int32)


def _place(data_dir: Path | None) -> Path | None:
    """The folder of the batches or the archive, in the data folder or in cifar10/ there."""
    for folder in (data_dir, data_dir / NAME) if data_dir else ():
        if (folder / FOLDER).is_dir():
            return folder / FOLDER
        if (folder / ARCHIVE).is_file():
            return folder / ARCHIVE
    return None

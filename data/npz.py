"""Digit sets kept as one .npz file: mnist.npz and svhn.npz.

A file holds `train_images`, `train_labels`, `test_images` and `test_labels`; images are uint8
[N, H, W] or [N, H, W, 3], labels are integers 0..9.
"""

import math
from pathlib import Path

import numpy as np

from framework.arrays import ArrayFile, Header, open_arrays
from framework.errors import UserError

MAX_NAMES = 120                 # characters of the names in a message


def read_npz(path: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns images uint8 [N, H, W(, 3)] and labels int32 [N] of `split` in the file `path`.

    Raises UserError if the file cannot be read, lacks a key or holds wrong shapes.
    """
    with open_arrays(path) as file:
        for part in ("images", "labels"):
            _check_there(file, f"{split}_{part}")
        _check(path, split, file.header(f"{split}_images"), file.header(f"{split}_labels"))
        images, labels = file.read(f"{split}_images"), file.read(f"{split}_labels")
    if labels.min() < 0 or labels.max() > 9:
        raise UserError(f"{path}: {split}_labels must lie in 0..9, "
                        f"not {labels.min()}..{labels.max()}")
    return images, labels.astype(np.int32)


def _check_there(file: ArrayFile, key: str) -> None:
    if key not in file.names:
        names = ", ".join(file.names)[:MAX_NAMES]
        raise UserError(f"{file.path} has no array {key!r}; it holds {names or 'nothing'}")


def _check(path: Path, split: str, images: Header, labels: Header) -> None:
    grey_or_rgb = len(images.shape) == 3 or (len(images.shape) == 4 and images.shape[3] == 3)
    if images.dtype != np.uint8 or not grey_or_rgb or not math.prod(images.shape):
        raise UserError(f"{path}: {split}_images must be uint8 [N, H, W] or [N, H, W, 3], "
                        f"not {images.dtype} {list(images.shape)}")
    if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise UserError(f"{path}: {split}_labels must be {images.shape[0]} integers, "
                        f"not {labels.dtype} {list(labels.shape)}")


def count(path: Path) -> int | None:
    """The number of training images in the file, from its header; None if it cannot be read."""
    try:
        with open_arrays(path) as file:
            return file.header("train_images").shape[0]
    except UserError:
        return None

"""Digit sets kept as one .npz file: mnist.npz and svhn.npz.

A file holds `train_images`, `train_labels`, `test_images` and `test_labels`; images are uint8
[N, H, W] or [N, H, W, 3], labels are integers 0..9.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from framework.errors import UserError


def read_npz(path: Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Returns images uint8 [N, H, W(, 3)] and labels int32 [N] of `split` in the file `path`.

    Raises UserError if the file cannot be read, lacks a key or holds wrong shapes.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            images, labels = (_member(file, path, f"{split}_{part}")
                              for part in ("images", "labels"))
    except UserError:
        raise
    except Exception as error:      # zipfile, zlib and numpy each have their own for a bad file
        raise UserError(f"cannot read {path}: {error}") from error
    _check(path, split, images, labels)
    return images, labels.astype(np.int32)


def _member(file: Mapping[str, np.ndarray], path: Path, key: str) -> np.ndarray:
    if key not in file:
        raise UserError(f"{path} has no array {key!r}; it holds {', '.join(file) or 'nothing'}")
    return file[key]


def _check(path: Path, split: str, images: np.ndarray, labels: np.ndarray) -> None:
    grey_or_rgb = images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)
    if images.dtype != np.uint8 or not grey_or_rgb or not images.size:
        raise UserError(f"{path}: {split}_images must be uint8 [N, H, W] or [N, H, W, 3], "
                        f"not {images.dtype} {list(images.shape)}")
    if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise UserError(f"{path}: {split}_labels must be {len(images)} integers, "
                        f"not {labels.dtype} {list(labels.shape)}")
    if labels.min() < 0 or labels.max() > 9:
        raise UserError(f"{path}: {split}_labels must lie in 0..9, "
                        f"not {labels.min()}..{labels.max()}")


def count(path: Path) -> int | None:
    """The number of training images in the file, from its header; None if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as file, file.open("train_images.npy") as array:
            np.lib.format.read_magic(array)
            return np.lib.format.read_array_header_1_0(array)[0][0]
    except (OSError, KeyError, ValueError, IndexError, zipfile.BadZipFile):
        return None

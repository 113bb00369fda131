"""MNIST and SVHN: NAME.npz in the data folder, else TFDS there, else a download by TFDS. USPS,
which TFDS does not have: usps.npz."""

from pathlib import Path

import numpy as np

from data import npz, tfds
from framework.errors import UserError


def read_digits(name: str, data_dir: Path | None, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Reads images and labels of `mnist`, `svhn` or `usps` from the first place that has them.

    Their shapes are those of npz.read_npz. Raises UserError if the data folder is missing or the
    data set is not available.
    """
    tfds.check_folder(name, data_dir)
    if data_dir and _file(name, data_dir).is_file():
        return npz.read_npz(_file(name, data_dir), split)
    if name not in tfds.TFDS_NAMES:
        raise UserError(f"{name} is not in --data_dir ({data_dir or 'not given'}); put "
                        f"{name}.npz there, with train_images, train_labels, test_images and "
                        "test_labels")
    prepared = tfds.is_prepared(name, None) and not tfds.is_prepared(name, data_dir)
    return tfds.read_tfds(name, split, None if prepared else data_dir)


def origin(name: str) -> str:
    """The place where the set comes from, in a few words."""
    return f"{name}.npz or TFDS" if name in tfds.TFDS_NAMES else f"{name}.npz"


def is_here(name: str, data_dir: Path | None) -> bool:
    """Whether the set can be read without a network."""
    return (data_dir is not None and _file(name, data_dir).is_file()
            or tfds.is_prepared(name, data_dir) or tfds.is_prepared(name, None))


def count(name: str, data_dir: Path | None) -> int | None:
    """The number of training images in NAME.npz; None if there is no file or it is damaged."""
    return npz.count(_file(name, data_dir)) if data_dir else None


def _file(name: str, data_dir: Path) -> Path:
    return data_dir / f"{name}.npz"

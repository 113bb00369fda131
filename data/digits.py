"""MNIST and SVHN: NAME.npz in the data folder, else TFDS there, else a download by TFDS. USPS,
which TFDS does not have: usps.npz."""

from pathlib import Path

from data import npz, tfds
from framework.errors import UserError


def read(name: str, data_dir: Path | None, split: str):
    """Images and labels of `mnist`, `svhn` or `usps` as in npz.read, from the first place found.

    Raises UserError if the data folder is missing or the data set cannot be had.
    """
    if data_dir and not data_dir.is_dir():
        raise UserError(f"there is no folder {data_dir} to look for {name} in (--data_dir); "
                        "create it if a download shall go there")
    if data_dir and _file(name, data_dir).is_file():
        return npz.read(_file(name, data_dir), split)
    if name not in tfds.NAMES:
        raise UserError(f"{name} is not in --data_dir ({data_dir or 'not given'}); put "
                        f"{name}.npz there, with train_images, train_labels, test_images and "
                        "test_labels")
    prepared = tfds.is_prepared(name, None) and not tfds.is_prepared(name, data_dir)
    return tfds.read(name, split, None if prepared else data_dir)


def origin(name: str) -> str:
    """Where the set comes from, in a few words."""
    return f"{name}.npz or TFDS" if name in tfds.NAMES else f"{name}.npz"


def is_here(name: str, data_dir: Path | None) -> bool:
    """Whether the set can be read without a network."""
    return (bool(data_dir) and _file(name, data_dir).is_file()
            or tfds.is_prepared(name, data_dir) or tfds.is_prepared(name, None))


def count(name: str, data_dir: Path | None) -> int | None:
    """How many training images NAME.npz holds; None without the file or if it is damaged."""
    return npz.count(_file(name, data_dir)) if data_dir else None


def _file(name, data_dir):
    return data_dir / f"{name}.npz"

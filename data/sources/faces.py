"""CelebA and similar sets: all faces, and those with or without an attribute."""

from dataclasses import replace
from functools import partial

from data import celeba, folders
from data.catalogue import DOMAINS, Entry, Source


def _source(name: str, full_size: int | None = None) -> Source:
    return Source(name, lambda data_dir, split, size, seed: celeba.read_faces(
        name, data_dir, split, size), "celeba/ or zip, or TFDS", full_size, celeba.is_here,
                  partial(celeba.count, name), celeba.attributes)


FACES = Entry(_source("celeba", celeba.FULL_SIZE), folders.decode_if_small,
              len(celeba.ATTRIBUTES), 128, "faces with attributes")
DOMAINS.register("celeba", FACES)


def faces_with(name: str, description: str) -> Entry:
    """The entry of `celeba:NAME` or `celeba:without_NAME`, where NAME is an attribute."""
    return replace(FACES, source=_source(name), description=description)

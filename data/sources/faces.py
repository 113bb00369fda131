"""CelebA and similar sets: all faces, and those with or without an attribute."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from data import celeba, folders
from data.catalogue import DOMAINS, Entry, Source


def _source(name: str, full_size: int | None = None, domain: str = "",
            fit: Callable | None = None) -> Source:
    domain = domain or name
    return Source(name, lambda data_dir, split, size, seed: celeba.read_faces(
        domain, data_dir, split, size, fit), "celeba/ or zip, or TFDS", full_size, celeba.is_here,
                  partial(celeba.count, domain), celeba.attributes)


FACES = Entry(_source("celeba", celeba.FULL_SIZE), folders.decode_if_small,
              len(celeba.ATTRIBUTES), 128, "faces with attributes")
DOMAINS.register("celeba", FACES)
# Document 001 resizes and crops and does not say how: here the largest central square is kept, so
# that nothing is stretched.
DOMAINS.register("celeba160", replace(
    FACES, size=160, description="celeba as document 001 has it, the central square at 160x160",
    source=_source("celeba160", celeba.FULL_SIZE, celeba.NAME, folders.crop_square)))


def faces_with(name: str, description: str) -> Entry:
    """The entry of `celeba:NAME` or `celeba:without_NAME`, where NAME is an attribute."""
    return replace(FACES, source=_source(name), description=description)

"""Digits that were written or photographed: MNIST, SVHN and USPS."""

from functools import partial

from data import digits
from data.catalogue import DOMAINS, Entry, Source
from data.transforms import VIEWS, plain


def _source(name: str, full_size: int) -> Source:
    return Source(
        name, lambda data_dir, split, size, seed: digits.read_digits(name, data_dir, split),
        digits.origin(name), full_size, partial(digits.is_here, name), partial(digits.count, name))


MNIST = _source("mnist", 60_000)
SVHN = _source("svhn", 73_257)
USPS = _source("usps", 7_291)
for suffix, transform, view in VIEWS:
    DOMAINS.register(f"mnist{suffix}",
                     Entry(MNIST, transform, 10, 32, f"handwritten digits, {view}"))
DOMAINS.register("svhn", Entry(SVHN, plain, 10, 32, "digits of real house numbers"))
DOMAINS.register("svhn_pruned", Entry(
    SVHN, plain, 10, 32, "svhn without what a classifier is not sure of (thesis 2.7)", pruned=True,
    full_size=70_262))
DOMAINS.register("usps", Entry(USPS, plain, 10, 32, "digits of the US postal service"))

"""What a data set is, and all of them by name.

A source yields images; a domain is a source seen through a transform. A new data set is one
file in `data/sources/`, with its Source and a registration of each of its domains.
"""

from collections.abc import Callable
from dataclasses import dataclass

from framework.registry import Registry


@dataclass(frozen=True)
class Source:
    """Where images come from.

    `open(data_dir, split, size, seed)` returns (images, labels): images have a length and
    slices, uint8 [N, h, w(, 3)] or float32 [N, 2]; labels are int32 [N] or None.
    `is_here(data_dir)` and `count(data_dir)`, the number of training images that lie there,
    answer at once; `full_size` is the number of the published set. Labels with a column for
    each of `attributes(data_dir)` are int32 [N, A] of 0 and 1.
    """

    name: str
    open: Callable
    origin: str
    full_size: int | None = None
    is_here: Callable = lambda data_dir: True
    count: Callable = lambda data_dir: None
    attributes: Callable = lambda data_dir: ()


@dataclass(frozen=True)
class Entry:
    """One domain: a source through a transform (None: points, taken as they are).

    Of a `pruned` one only those images stay that a classifier is sure of (data.load).
    """

    source: Source
    transform: Callable | None
    classes: int | None
    size: int | None                # native height and width in pixels
    description: str
    pruned: bool = False


# The order of lists: what can be had offline first, then digits, faces and toys.
DOMAINS = Registry("data set", package="data.sources",
                   first=("glyph", "digits", "faces", "toys"))

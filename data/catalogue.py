"""The data model of data sets, and the registry of all domains.

A source opens images; a domain is a source with a transform. A new data set is one file in
`data/sources/` that defines its Source and registers each of its domains.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from framework.registry import Registry


@dataclass(frozen=True)
class Source:
    """The place where images come from.

    `open(data_dir, split, size, seed)` returns (images, labels): images have a length and
    slices, uint8 [N, h, w(, 3)] or float32 [N, 2]; labels are int32 [N] or None.
    `is_here(data_dir)` and `count(data_dir)`, the number of training images in the folder, take
    no time; `full_size` is the number of the published set. If `attributes(data_dir)` names A
    attributes, labels are int32 [N, A] of 0 and 1.
    """

    name: str
    open: Callable[..., tuple[Any, np.ndarray | None]]
    origin: str
    full_size: int | None = None
    is_here: Callable[[Path | None], bool] = lambda data_dir: True
    count: Callable[[Path | None], int | None] = lambda data_dir: None
    attributes: Callable[[Path | None], tuple[str, ...]] = lambda data_dir: ()


@dataclass(frozen=True)
class Entry:
    """One domain: a source and a transform (None for points, which need none).

    transform: see data/transforms.py. pruned: whether data.load keeps only those images of which
    a classifier is sure. full_size: images of the published set where it is not the source's.
    """

    source: Source
    transform: Callable[..., Any] | None
    classes: int | None
    size: int | None                # native height and width in pixels
    description: str
    pruned: bool = False
    full_size: int | None = None


# The order of lists: first what is available offline, then digits, faces and toys.
DOMAINS = Registry("data set", package="data.sources",
                   first=("glyph", "digits", "faces", "toys"))

"""2-D points."""

from data import toys
from data.catalogue import DOMAINS, Entry, Source


def _source(name: str) -> Source:
    return Source(name, lambda data_dir, split, size, seed: toys.toy_points(name, split, seed),
                  "drawn by program", toys.POINTS["train"])


DOMAINS.register("ring", Entry(_source("ring"), None, 10, None, "2-D: ten Gaussians on a circle"))
DOMAINS.register("grid25", Entry(_source("grid25"), None, 25, None, "2-D: 25 Gaussians on a grid"))

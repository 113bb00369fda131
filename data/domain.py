"""One domain: its images and their labels."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Domain:
    """The images of one domain and, if they are known, their classes.

    `images` is uint8 [N, H, W, C] in memory, float32 [N, 2] for a toy (points that lie
    roughly in [-1, 1]), or a sequence with `len`, `shape` (N, H, W, C), `dtype` and
    `images[int array] -> uint8 [n, H, W, C]` that decodes files on demand.
    `labels` is int32 [N] in 0..classes - 1, or None. If `attributes` names yes-or-no properties,
    `labels` is int32 [N, classes] of 0 and 1 instead, with a column for each of them.
    """

    name: str
    images: Any
    labels: np.ndarray | None = None
    classes: int | None = None
    attributes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.images)

    def subset(self, which: np.ndarray) -> "Domain":
        """Returns the domain of the images with the indices `which`, and of their labels."""
        labels = None if self.labels is None else self.labels[which]
        return replace(self, images=self.images[which], labels=labels)

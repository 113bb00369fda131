"""One domain: its images and their labels."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from framework.errors import UserError


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

    @property
    def known_labels(self) -> np.ndarray:
        """The labels. Raises UserError where the domain has none."""
        if self.labels is None:
            raise UserError(f"{self.name} has no labels")
        return self.labels

    @property
    def known_classes(self) -> int:
        """The number of classes. Raises UserError where the domain has no labels."""
        if self.classes is None:
            raise UserError(f"{self.name} has no labels")
        return self.classes

    def subset(self, which: np.ndarray) -> "Domain":
        """Returns the domain of the images with the indices `which`, and of their labels."""
        labels = None if self.labels is None else self.labels[which]
        return replace(self, images=self.images[which], labels=labels)

"""A classifier on the rows that a run's discriminators share (Liu and Tuzel 2016, section 5).

Its layer learns the classes of the first domain while the discriminators learn the domains. What
it reads in the others it reads by the same rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras

from nets.build import build_heads


class ClassHead(NamedTuple):
    """nets: one for each domain, images as the discriminators see them to logits [B, classes].
    weight: of the cross entropy beside the discriminators' losses."""

    nets: list[keras.Model]
    weight: float

    @classmethod
    def on(cls, discriminators: Sequence[keras.Model], classes: int, weight: float) -> "ClassHead":
        """A new head on these discriminators."""
        return cls(build_heads(discriminators, classes), weight)

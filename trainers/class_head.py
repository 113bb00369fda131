"""A classifier on the rows that a run's discriminators share (Liu and Tuzel 2016, section 5).

Its layer learns the classes of the first domain while the discriminators learn the domains. What
it reads in the others it reads by the same rows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import keras
from keras import ops

from framework.tensors import Tensor
from losses.classification import cross_entropy
from nets.build import build_heads


class ClassHead(NamedTuple):
    """nets: one for each domain, images as the discriminators see them to logits [B, classes].
    weight, pairs_weight: of the two cross entropies beside the discriminators' losses."""

    nets: list[keras.Model]
    weight: float = 1.0
    pairs_weight: float = 0.0

    @classmethod
    def on(cls, discriminators: Sequence[keras.Model], classes: int, weight: float = 1.0,
           pairs_weight: float = 0.0) -> "ClassHead":
        """A new head on these discriminators."""
        return cls(build_heads(discriminators, classes), weight, pairs_weight)

    def of_source(self, images: Tensor, classes: Tensor) -> Tensor:
        """Cross entropy on real images of the first domain and their classes (eq. 5 there)."""
        return cross_entropy(classes, self.nets[0](images, training=True))

    def of_pairs(self, images: Sequence[Tensor]) -> Tensor:
        """The same of generated images of one z, one tensor for each domain: the class that is read
        in the first domain's is that of the others'. Not in the paper."""
        first = self.nets[0](images[0], training=True)
        read = ops.stop_gradient(ops.argmax(first, -1))
        others = [cross_entropy(read, net(x, training=True))
                  for net, x in zip(self.nets[1:], images[1:], strict=True)]
        return sum(others[1:], others[0]) / len(others)

"""Hypercolumns: the activations of several layers at one place, one behind the other
(Hariharan et al. 2015), at a quarter of the image's sides as in Kolkin et al. 2022."""

from collections.abc import Sequence

from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.vgg import FILTERS

ops = Lazy("keras.ops")

REDUCTION = 4                   # of the image's sides


def hypercolumns(activations: Sequence[Tensor], layers: Sequence[str]) -> Tensor:
    """Activations [1, h, w, c] of `layers` of VGG -> [1, H/4, W/4, sum of c], of an image of HxW.

    Those of larger layers are averaged over squares, those of smaller ones are interpolated. 4
    divides H and W, and so does what the deepest layer divides them by.
    """
    parts = [_at_a_quarter(part, shrinkage(layer))
             for part, layer in zip(activations, layers, strict=True)]
    return ops.concatenate(parts, -1)


def channels_of(layers: Sequence[str]) -> list[tuple[int, int]]:
    """The first channel of each of `layers` in a hypercolumn, and the one behind its last."""
    ends = [0]
    for layer in layers:
        ends.append(ends[-1] + FILTERS[_block(layer) - 1])
    return list(zip(ends, ends[1:], strict=False))


def shrinkage(layer: str) -> int:
    """By what VGG has divided the sides of an image at `layer`."""
    return 2 ** (_block(layer) - (not layer.endswith("pool")))


def _block(layer):
    return int(layer[len("block")])


def _at_a_quarter(activations, shrunk):
    if shrunk < REDUCTION:
        return ops.average_pool(activations, REDUCTION // shrunk)
    while shrunk > REDUCTION:
        activations, shrunk = _doubled(_doubled(activations, 1), 2), shrunk // 2
    return activations


def _doubled(activations, axis):
    """Twice as many positions along `axis`, interpolated linearly; the outer ones are repeated."""
    size = ops.shape(activations)[axis]
    before, after = (ops.take(activations, at, axis) for at in (
        ops.maximum(ops.arange(size) - 1, 0), ops.minimum(ops.arange(size) + 1, size - 1)))
    pairs = ops.stack([0.75 * activations + 0.25 * before, 0.75 * activations + 0.25 * after],
                      axis + 1)
    shape = list(ops.shape(activations))
    return ops.reshape(pairs, (*shape[:axis], 2 * size, *shape[axis + 1:]))

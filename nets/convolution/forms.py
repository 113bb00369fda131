"""Forms of the three products of `nets.convolution`: the same numbers by other operations.

Which of them is fastest depends on processor, library, shape and product; docs/speed.md has
figures. TensorFlow's own operations stand where keras.ops has none.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")


def transpose_by_library(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    height, width = (stride * side for side in x.shape[1:3])
    made = ops.stack([ops.shape(x)[0], height, width, kernel.shape[2]])
    return tf.nn.conv2d_transpose(x, kernel, made, stride, "SAME")


def convolve_by_library(y: Tensor, kernel: Tensor, stride: int) -> Tensor:
    return tf.nn.conv2d(y, kernel, stride, "SAME")


def correlate_by_library(y: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    return tf.raw_ops.Conv2DBackpropFilter(
        input=y, filter_sizes=(size, size, y.shape[-1], x.shape[-1]), out_backprop=x,
        strides=[1, stride, stride, 1], padding="SAME")


class Tap(NamedTuple):
    """Where a tap of the kernel falls along one side: small position i meets large position
    s i + tap - before, which is position i + shift of one of the s phases of the large side.

    inside: the small positions for which that is inside. reached: those of the phase.
    """

    tap: int
    phase: int
    inside: slice
    reached: slice


def taps_along(size: int, stride: int, length: int) -> Iterator[Tap]:
    """The taps that fall inside at least once, along a side with `length` small positions."""
    before = padding_before(size, stride)
    for tap in range(size):
        shift, phase = divmod(tap - before, stride)
        if abs(shift) < length:
            yield Tap(tap, phase, slice(max(-shift, 0), length - max(shift, 0)),
                      slice(max(shift, 0), length - max(-shift, 0)))


def padding_before(size: int, stride: int) -> int:
    """Positions that "same" adds before the first one, where the large side is `stride` times the
    small one."""
    return max(size - stride, 0) // 2


def transpose_by_taps(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """One matrix product per tap of the kernel, over the positions where the tap falls inside:
    products with the padding, 44 % of all for a 4x4 kernel on a 4x4 map, are left out.

    The whole kernel is transposed and then cut: TensorFlow would make one operation of a product
    and the transposition of its factor, which takes a third longer.
    """
    (height, width), (size, _, filters, channels) = x.shape[1:3], kernel.shape
    kernel = ops.transpose(kernel, (0, 1, 3, 2))
    phases: dict[tuple[int, int], list[Tensor]] = {}
    for a in taps_along(size, stride, height):
        for b in taps_along(size, stride, width):
            inside = x[:, a.inside, b.inside]
            product = ops.matmul(ops.reshape(inside, (-1, channels)),
                                 kernel[a.tap, b.tap])
            product = ops.reshape(product, (-1, *inside.shape[1:3], filters))
            phases.setdefault((a.phase, b.phase), []).append(
                _filled(product, a.reached, b.reached, height, width))
    empty = ops.zeros((ops.shape(x)[0], height, width, filters), x.dtype)
    return _interleaved([_total(phases.get((i, j), [empty]))
                         for i in range(stride) for j in range(stride)], stride)


def convolve_by_taps(y: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """As `transpose_by_taps`."""
    phases, (size, _, filters, channels) = _phases(y, stride), kernel.shape
    height, width = (side // stride for side in y.shape[1:3])
    products = []
    for a in taps_along(size, stride, height):
        for b in taps_along(size, stride, width):
            reached = phases[:, a.reached, a.phase, b.reached, b.phase]
            product = ops.matmul(ops.reshape(reached, (-1, filters)), kernel[a.tap, b.tap])
            product = ops.reshape(product, (-1, *reached.shape[1:3], channels))
            products.append(_filled(product, a.inside, b.inside, height, width))
    return _total(products)


def correlate_by_taps(y: Tensor, x: Tensor, size: int, stride: int) -> Tensor:
    """As `transpose_by_taps`."""
    phases, (height, width, channels), filters = _phases(y, stride), x.shape[1:], y.shape[3]
    zero, found = ops.zeros((filters, channels), x.dtype), {}
    for a in taps_along(size, stride, height):
        for b in taps_along(size, stride, width):
            reached = phases[:, a.reached, a.phase, b.reached, b.phase]
            found[a.tap, b.tap] = tf.matmul(
                ops.reshape(reached, (-1, filters)),
                ops.reshape(x[:, a.inside, b.inside], (-1, channels)), transpose_a=True)
    rows = [found.get((a, b), zero) for a in range(size) for b in range(size)]
    return ops.reshape(ops.stack(rows), (size, size, filters, channels))


def transpose_by_blocks(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """One convolution whose channels are the b x b pixels of a block, b = max(s, 2): libraries
    always compute 16 channels or so, an image has 3.

    Its kernel [u, u, C, b b F] holds the given kernel once for each pixel of the block: input pixel
    i contributes to output pixel s i + t - p through tap t, where p is the padding before.
    """
    size, _, filters, channels = kernel.shape
    block, before = max(stride, 2), padding_before(size, stride)
    left, right = (size - 1 - before) // stride, (block - 1 + before) // stride
    back = stride * (np.arange(left + right + 1) - left)
    taps = before + np.arange(block) - back[:, None]
    taps = np.where((taps >= 0) & (taps < size), taps, size)        # tap `size` is zero
    kernels = ops.pad(kernel, ((0, 1), (0, 1), (0, 0), (0, 0)))
    kernels = ops.take(ops.take(kernels, taps, 0), taps, 2)             # [u, b, u, b, F, C]
    kernels = ops.reshape(ops.transpose(kernels, (0, 2, 5, 1, 3, 4)),
                          (len(taps), len(taps), channels, block * block * filters))
    step, sides = block // stride, x.shape[1:3]
    edges = [(left, (-(-side // step) - 1) * step + right + 1 - side) for side in sides]
    blocks = ops.conv(ops.pad(x, ((0, 0), *edges, (0, 0))), kernels, step, "valid")
    return tf.nn.depth_to_space(blocks, block)[:, :stride * sides[0], :stride * sides[1]]


FORMS: dict[str, dict[str, Callable[..., Tensor]]] = {
    "transpose": {"library": transpose_by_library, "taps": transpose_by_taps,
                  "blocks": transpose_by_blocks},
    "convolve": {"library": convolve_by_library, "taps": convolve_by_taps},
    "correlate": {"library": correlate_by_library, "taps": correlate_by_taps},
}


def _phases(y: Tensor, stride: int) -> Tensor:
    """[B, sH, sW, F] -> [B, H, s, W, s, F]."""
    _, height, width, filters = y.shape
    return ops.reshape(y, (-1, height // stride, stride, width // stride, stride, filters))


def _interleaved(phases: list[Tensor], stride: int) -> Tensor:
    """The phases of large maps, each [B, H, W, F], row by row -> [B, sH, sW, F]."""
    if stride == 1:
        return phases[0]
    _, height, width, filters = phases[0].shape
    both = ops.reshape(ops.stack(phases, 3), (-1, height, width, stride, stride, filters))
    return ops.reshape(ops.transpose(both, (0, 1, 3, 2, 4, 5)),
                       (-1, stride * height, stride * width, filters))


def _filled(part: Tensor, rows: slice, columns: slice, height: int, width: int) -> Tensor:
    """Maps that have zeros outside the given rows and columns."""
    return ops.pad(part, ((0, 0), (rows.start, height - rows.stop),
                          (columns.start, width - columns.stop), (0, 0)))


def _total(parts: list[Tensor]) -> Tensor:
    return sum(parts[1:], start=parts[0])

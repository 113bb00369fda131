"""Nets applied to more images than fit into memory at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.pixels import to_unit

tf = Lazy("tensorflow")

MAX_BATCH_PIXELS, MAX_BATCH_IMAGES = 2**19, 256      # of each argument of one call of the net


class Batched:
    """A function of tensors [B, H, W, C] that takes arrays of any length N.

    Compiled once for each shape of an image. Arrays are in [-1, 1] or as stored, uint8; all
    have the same N. Returns float32 [N, ...]. `most` bounds the batch. Full float32 also where
    the GPU would round to TensorFloat-32. Raises UserError for no images or unlike numbers.
    `each` is applied to every argument before, by one program run as often as there are
    arguments of that shape: places of one batch may round differently, equal batches in one
    program never do, so equal images come out equal to the bit.
    """

    def __init__(self, function, most: int = MAX_BATCH_IMAGES, each=None):
        self.function, self.most, self.each, self._programs = function, most, each, {}

    def __call__(self, *images: Any) -> np.ndarray:
        images = tuple(np.asarray(x) for x in images)
        if len({len(x) for x in images}) > 1:
            raise UserError(f"{' and '.join(str(len(x)) for x in images)} images do not pair up")
        if not len(images[0]):
            raise UserError("there are no images to look at")
        program = self._program(tuple(x.shape[1:] for x in images))
        pixels = max(int(np.prod(x.shape[1:3])) for x in images)
        size = int(np.clip(MAX_BATCH_PIXELS // pixels, 1, self.most))
        with full_float32():
            return np.concatenate([program(*(_tensor(x[i:i + size]) for x in images)).numpy()
                                   for i in range(0, len(images[0]), size)])

    def _program(self, shapes):
        if shapes not in self._programs:
            images = [tf.TensorSpec([None, *shape]) for shape in shapes]
            self._programs[shapes] = (_compiled(self.function, images) if self.each is None
                                      else self._in_two_steps(images))
        return self._programs[shapes]

    def _in_two_steps(self, images):
        kinds = {x: _compiled(self.each, [x]) for x in dict.fromkeys(images)}
        each = [kinds[x] for x in images]
        together = _compiled(self.function, [tf.nest.map_structure(
            lambda t: tf.TensorSpec(t.shape, t.dtype), one.structured_outputs) for one in each])
        return lambda *tensors: together(*(one(x) for one, x in zip(each, tensors, strict=True)))


def _compiled(function, specs):
    from framework.devices import compiled
    return compiled(function).get_concrete_function(*specs)


def _tensor(images):
    return tf.constant(to_unit(images) if images.dtype == np.uint8 else images, tf.float32)


@contextmanager
def full_float32() -> Iterator[None]:
    """Products and convolutions in the block have 24 bits on every GPU, not TensorFloat-32's 11:
    a distance is a small difference of large numbers."""
    settings = tf.config.experimental
    before = settings.tensor_float_32_execution_enabled()
    settings.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        settings.enable_tensor_float_32_execution(before)

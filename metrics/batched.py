"""Nets applied to more images than fit into memory at once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.pixels import to_unit

tf = Lazy("tensorflow")

MAX_BATCH_PIXELS, MAX_BATCH_IMAGES = 2**19, 256      # per argument in one call of the net


class Batched:
    """Applies a function of tensors [B, H, W, C] to arrays of any length N, batch by batch.

    The arrays are in [-1, 1], or uint8 as stored; all have the same N. Returns float32 [N, ...].
    The function is compiled once for each image shape and runs in full float32 also on GPUs
    that would round to TensorFloat-32. most: the largest batch. each: a function that is applied
    to every argument first. All arguments of one shape run through one compiled program of it:
    two images in one batch may be rounded differently, but two equal batches in one program
    never are, so equal images give equal bits.
    Raises UserError if there are no images or if the arrays differ in length.
    """

    def __init__(self, function: Callable, most: int = MAX_BATCH_IMAGES,
                 each: Callable | None = None):
        self.function, self.most, self.each, self._programs = function, most, each, {}

    def __call__(self, *arrays: np.ndarray) -> np.ndarray:
        images = tuple(np.asarray(x) for x in arrays)
        if len({len(x) for x in images}) > 1:
            raise UserError(f"{' and '.join(str(len(x)) for x in images)} images do not pair up")
        if not len(images[0]):
            raise UserError("there are no images to look at")
        program = self._program(tuple(x.shape[1:] for x in images))
        pixels = max(int(np.prod(x.shape[1:3])) for x in images)
        size = int(np.clip(MAX_BATCH_PIXELS // pixels, 1, self.most))
        with full_float32():
            return np.concatenate([program(*(_to_tensor(x[i:i + size]) for x in images)).numpy()
                                   for i in range(0, len(images[0]), size)])

    def _program(self, shapes):
        if shapes not in self._programs:
            images = [tf.TensorSpec([None, *shape]) for shape in shapes]
            self._programs[shapes] = (_compile(self.function, images) if self.each is None
                                      else self._in_two_steps(images))
        return self._programs[shapes]

    def _in_two_steps(self, images):
        kinds = {x: _compile(self.each, [x]) for x in dict.fromkeys(images)}
        each = [kinds[x] for x in images]
        together = _compile(self.function, [tf.nest.map_structure(
            lambda t: tf.TensorSpec(t.shape, t.dtype), one.structured_outputs) for one in each])
        return lambda *tensors: together(*(one(x) for one, x in zip(each, tensors, strict=True)))


def _compile(function, specs):
    from framework.devices import compiled
    return compiled(function).get_concrete_function(*specs)


def _to_tensor(images):
    return tf.constant(to_unit(images) if images.dtype == np.uint8 else images, tf.float32)


@contextmanager
def full_float32() -> Iterator[None]:
    """Inside the block, products and convolutions have 24 bits on every GPU, not TensorFloat-32's
    11: a distance is a small difference of large numbers."""
    settings = tf.config.experimental
    before = settings.tensor_float_32_execution_enabled()
    settings.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        settings.enable_tensor_float_32_execution(before)

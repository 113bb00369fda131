"""Real NVP as Keras models (Dinh, Sohl-Dickstein and Bengio 2017, arXiv 1605.08803): affine
couplings of checkerboard and channel masks, squeezes and factored-out halves; both directions.

An image passes a logit (section 4.1) and, at each scale, a squeeze to a quarter of the places with
four times the channels, couplings and a split: half of the numbers are done, the rest goes on.
Otherwise than there:
  - The squeeze comes before the checkerboard too. Among four neighbours the checkerboard is then
    two of them against the others, so that no coupling net looks at what is masked: the same
    masks at a quarter of the work.
  - Coupling nets are two rows and a last one that starts at 0, so that the flow starts as nearly
    the identity, in place of residual nets with weight normalisation; no batch norm lies in the
    flow, so that an image's likelihood depends on no other image.
  - What is left after the scales meets couplings of dense nets, which see the whole image at once.
  - Colours enter as (first, others minus first), of determinant 1: grey images are three times the
    same. Each number has a scale and shift of its own, which start from the data.
  - The logit is of alpha + (1 - 2 alpha) x, which is finite on either side.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.architectures import Row, widen
from nets.layers import ZEROS, Block, Initialization

ops = Lazy("keras.ops")

CHECKERBOARD, CHANNELS = ((0, 3), (1, 2)), ((0, 1), (2, 3))     # of four neighbours
# In turn; what the last changes is the half that is done then, by what it can read of the other.
MASKS = (CHECKERBOARD[::-1], CHECKERBOARD, CHANNELS[::-1], CHANNELS)
# The coupling nets; the last row has as many filters as numbers are wanted.
CONVOLUTIONAL = (
    Row("conv", 64, 3, activation="relu"),
    Row("conv", 64, 1, activation="relu"),
    Row("conv", None, 3),
)
DENSE = (
    Row("dense", 512, activation="relu"),
    Row("dense", 512, activation="relu"),
    Row("dense"),
)
HE = Initialization("he", 0.0, 0.0)
LIMIT = 2.0                     # of the log-scale of one coupling
LEAST_SPREAD = 0.05             # of a number that is divided by it


class Flow(NamedTuple):
    """Both directions of one flow, over the same layers.

    encoder: x [B, ...] in [-1, 1] to z [B, d] and log |det dz/dx| [B]. generator: z to {"image",
    "features"}, of which the image may leave [-1, 1] by some hundredths; `features` holds it
    alone. before: x to what meets the scales and shifts of `start`, which `standardise` sets.
    """

    encoder: keras.Model
    generator: keras.Model
    before: keras.Model
    start: keras.layers.Layer


class Settings(NamedTuple):
    """couplings: of every scale, and twice as many of dense nets. alpha: distance of the logit's
    argument from 0 and 1. width: factor on all filters."""

    scales: int = 2
    couplings: int = 4
    alpha: float = 0.05
    width: float = 1.0
    precision: str | None = None


class Step(NamedTuple):
    """One invertible step: h to (the next h, log-determinant [B]), and the next h back to h."""

    forward: Callable[[Tensor], tuple[Tensor, Tensor]]
    inverse: Callable[[Tensor], Tensor]


def squeeze(h: Tensor) -> Tensor:
    """[B, H, W, C] to [B, H / 2, W / 2, 4 C]: four neighbours, row by row, become blocks of
    channels (section 3.6)."""
    height, width, channels = h.shape[1:]
    h = ops.reshape(h, (-1, height // 2, 2, width // 2, 2, channels))
    return ops.reshape(ops.transpose(h, (0, 1, 3, 2, 4, 5)),
                       (-1, height // 2, width // 2, 4 * channels))


def unsqueeze(h: Tensor) -> Tensor:
    """The inverse of `squeeze`."""
    height, width, channels = h.shape[1:]
    h = ops.reshape(h, (-1, height, width, 2, 2, channels // 4))
    return ops.reshape(ops.transpose(h, (0, 1, 3, 2, 4, 5)),
                       (-1, 2 * height, 2 * width, channels // 4))


def logit(alpha: float) -> Step:
    """x in [-1, 1] to log(p / (1 - p)) with p = alpha + (1 - 2 alpha) (x + 1) / 2."""
    def forward(x):
        p = alpha + (0.5 - alpha) * (x + 1)
        h = ops.log(p) - ops.log(1 - p)
        # dh/dx = (1/2 - alpha) / (p (1 - p))
        each = float(np.log(0.5 - alpha)) - ops.log(p) - ops.log(1 - p)
        return h, sum_of(each)

    def inverse(h):
        return (ops.sigmoid(h) - alpha) / (0.5 - alpha) - 1
    return Step(forward, inverse)


def colours() -> Step:
    """The first channel, and what the others are more than it; the determinant is 1."""
    def forward(h):
        apart = ops.concatenate([h[..., :1], h[..., 1:] - h[..., :1]], -1)
        return apart, ops.zeros_like(h[:, 0, 0, 0])

    def inverse(h):
        return ops.concatenate([h[..., :1], h[..., 1:] + h[..., :1]], -1)
    return Step(forward, inverse)


def affine(net: Callable[[Tensor], tuple[Tensor, Tensor]], mask: tuple | None) -> Step:
    """y = b exp(s(a)) + t(a) beside a, which stays (eq. 7 and 8). mask: the blocks of four that
    are a and b; None: all of h is b, and `net` looks at nothing of it."""
    def split(h):
        if mask is None:
            return h, h
        blocks = ops.split(h, 4 if len(h.shape) == 4 else 2, -1)
        return (ops.concatenate([blocks[i] for i in side], -1) for side in mask)

    def joined(a, b):
        if mask is None:
            return b
        blocks = [*ops.split(a, len(mask[0]), -1), *ops.split(b, len(mask[1]), -1)]
        order = np.argsort([*mask[0], *mask[1]])
        return ops.concatenate([blocks[i] for i in order], -1)

    def forward(h):
        a, b = split(h)
        s, t = net(a)
        return joined(a, b * ops.exp(s) + t), sum_of(s)

    def inverse(h):
        a, b = split(h)
        s, t = net(a)
        return joined(a, (b - t) * ops.exp(-s))
    return Step(forward, inverse)


def sum_of(x: Tensor) -> Tensor:
    """The sum over all but the first axis, [B]."""
    return ops.sum(x, tuple(range(1, len(x.shape))))


def scale_and_shift(net: Any, size: Sequence[int]) -> Callable:
    """A coupling net as a function of a to (s, t): the last row's numbers as two of shape [B,
    *size], s bounded by LIMIT."""
    def of(a):
        found = ops.reshape(ops.cast(net(a), "float32"), (-1, *size[:-1], 2 * size[-1]))
        return LIMIT * ops.tanh(found[..., :size[-1]] / LIMIT), found[..., size[-1]:]
    return of


def coupling(name: str, shape: Sequence[int], mask: tuple, dense: bool,
             settings: Settings) -> Step:
    """A coupling of h [B, *shape]. dense: its net reads all places at once."""
    half = (*shape[:-1], shape[-1] // 2)
    rows = DENSE if dense else CONVOLUTIONAL
    last = rows[-1]._replace(filters=2 * (int(np.prod(half)) if dense else half[-1]))
    blocks = [Block(row, f"{name}_row{i}", HE, settings.precision)
              for i, row in enumerate(widen(rows, settings.width)[:-1], 1)]
    blocks.append(Block(last, f"{name}_row{len(rows)}", ZEROS, "float32"))
    return affine(scale_and_shift(lambda a: reduce(lambda x, block: block(x), blocks, a), half),
                  mask)


def of_points(dimensions: int, settings: Settings) -> list[Step]:
    """Couplings of points [B, d], whose halves take turns; twice as many as of a scale, since each
    leaves half of so few numbers."""
    halves = ((0,), (1,))
    if dimensions % 2:
        raise UserError(f"a flow halves its points, and these have {dimensions} numbers")
    return [coupling(f"points_{k + 1}", (dimensions,), halves[::(-1) ** k], True, settings)
            for k in range(2 * settings.couplings)]


def of_images(shape: Sequence[int], settings: Settings) -> tuple[list[list[Step]], list[list]]:
    """(the couplings of each scale and of the dense end, the shapes that these work on)."""
    scales, shapes, (height, width, channels) = [], [], shape
    for scale in range(settings.scales + 1):
        height, width, channels = height // 2, width // 2, 4 * channels
        shapes.append([height, width, channels])
        dense = scale == settings.scales
        scales.append([coupling(f"{'dense' if dense else f'scale_{scale + 1}'}_{k + 1}",
                                shapes[-1], MASKS[k % 4], dense, settings)
                       for k in range(settings.couplings * (1 + dense))])
        channels //= 2
    return scales, shapes


def build_flow(shape: Sequence[int], settings: Settings) -> Flow:
    """The flow of images [H, W, C] in [-1, 1], or of points [D]; its weights follow from Keras's
    seed. Raises UserError for a side that the squeezes do not halve to whole numbers."""
    shape, size = tuple(shape), int(np.prod(shape))
    start = layers.Dense(2 * size, use_bias=False, kernel_initializer="zeros", name="start")

    def own(h):
        found = start(ops.ones_like(ops.reshape(h, (-1, size))[:, :1]))
        return (ops.reshape(found[:, :size], (-1, *shape)),
                ops.reshape(found[:, size:], (-1, *shape)))
    own_scales = affine(own, None)
    if len(shape) == 1:
        points = [own_scales, *of_points(size, settings)]
        return Flow(*_joined(shape, points, [], []), _before(shape, []), start)
    if min(shape[:2]) % 2 ** (settings.scales + 1):
        raise UserError(f"a flow of {settings.scales} scales halves the side of images "
                        f"{settings.scales + 1} times; {shape[0]} cannot be halved so often: lower "
                        "--flow_scales, or choose another --image_size")
    scales, shapes = of_images(shape, settings)
    before = [logit(settings.alpha), colours()]
    return Flow(*_joined(shape, [*before, own_scales], scales, shapes), _before(shape, before),
                start)


def _before(shape: tuple[int, ...], steps: list[Step]) -> keras.Model:
    x = h = keras.Input(shape, name="x")
    for step in steps:
        h = step.forward(h)[0]
    return keras.Model(x, h, name="before")


def _joined(shape: tuple[int, ...], first: list[Step], scales: list[list[Step]],
            shapes: list[list]) -> tuple[keras.Model, keras.Model]:
    x, size = keras.Input(shape, name="x"), int(np.prod(shape))
    h: Tensor = x
    done: list[Tensor] = []
    log_determinant: Tensor = 0.0
    for step in first:
        h, more = step.forward(h)
        log_determinant = log_determinant + more
    for number, steps in enumerate(scales, 1):
        h = squeeze(h)
        for step in steps:
            h, more = step.forward(h)
            log_determinant = log_determinant + more
        if number < len(scales):
            h, out = ops.split(h, 2, -1)
            done.append(ops.reshape(out, (-1, int(np.prod(out.shape[1:])))))
    done.append(ops.reshape(h, (-1, int(np.prod(h.shape[1:])))))
    encoder = keras.Model(x, [ops.concatenate(done, -1), log_determinant], name="flow")

    z: Any = keras.Input((size,), name="z")
    h, end = z, size
    for number, (steps, whole) in reversed(list(enumerate(zip(scales, shapes, strict=True), 1))):
        last = number == len(scales)
        count = int(np.prod(whole)) // (1 if last else 2)
        out = ops.reshape(z[:, end - count:end], (-1, *whole[:-1], whole[-1] // (1 if last else 2)))
        h, end = out if last else ops.concatenate([h, out], -1), end - count
        for step in reversed(steps):
            h = step.inverse(h)
        h = unsqueeze(h)
    for step in reversed(first):
        h = step.inverse(h)
    generator = keras.Model(z, {"image": h, "features": [h]}, name="generator1")
    return encoder, generator


def standardise(flow: Flow, x: np.ndarray) -> None:
    """Sets the first scales and shifts so that each number of what follows has mean 0 and variance
    1 over x [N, ...]; one of a deviation below LEAST_SPREAD a smaller variance."""
    seen = np.asarray(flow.before(x)).reshape(len(x), -1)
    mean, spread = seen.mean(0), np.maximum(seen.std(0), LEAST_SPREAD)
    flow.start.set_weights([np.concatenate([-np.log(spread), -mean / spread])[None]])

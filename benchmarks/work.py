"""The arithmetic of a training iteration, counted from the tables of `nets.architectures`.

The unit is FLOP: a multiplication and an addition are 2. Counted are the products of dense
layers, convolutions and transposed convolutions. Not counted is what costs a few operations for
each number: biases, norms, activations, pooling, dropout, losses, kernels, Gram matrices,
feature differences, random numbers and the optimizer.

The count is what the iteration needs, not what a program does. A row's backward pass is one
product for its weights and one for its input, and the second is left out where nobody reads it.
Rows that the generators share are computed once; critics see different images, so that theirs
are not. Scores and features that a term has already are not counted again.

Products with the padding's zeros are counted, as every profiler does, unless `padding` is off.
They are 44 % of those of a 4x4 kernel on a 4x4 map and 9 % of those of a 6x6 one on 32x32; a
program that skips them can come out above 100 % of the peak.
"""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from nets.architectures import Row

KINKED = (None, "prelu", "relu", "leaky0.2", "leaky0.3")


class Cost(NamedTuple):
    """FLOP of one image's forward pass through a row, and the shape that the row gives."""

    flop: int
    shape: tuple[int, ...]


def side_of(row: Row) -> int:
    """The side of the row's kernel, or of what a projection is reshaped to."""
    assert row.kernel is not None, f"a {row.kind} has a kernel"
    return row.kernel


def _convolved(size: int, row: Row) -> int:
    """How long a side of `size` is after a convolution."""
    if row.padding == "valid":
        return (size - side_of(row)) // row.stride + 1
    return -(-size // row.stride)


def _taps(size: int, row: Row, padding: bool) -> int:
    """Pairs of an output and a tap of the kernel, along a side of `size` that is convolved;
    without `padding` those whose tap meets a pixel."""
    made, kernel = _convolved(size, row), side_of(row)
    if padding or row.padding == "valid":
        return made * kernel
    before = max((made - 1) * row.stride + kernel - size, 0) // 2
    return sum(0 <= at * row.stride + tap - before < size
               for at in range(made) for tap in range(kernel))


def cost(row: Row, shape: tuple[int, ...], padding: bool = True) -> Cost:
    """The cost of `row` on one image or vector of `shape`."""
    if row.kind == "input":
        return Cost(0, shape)
    assert row.filters is not None, "the last row needs its outputs: see `ending`"
    filters = row.filters
    if row.kind == "summed":
        return Cost(2 * shape[-1] * filters, (filters,))
    if row.kind in ("dense", "project"):
        made = (side_of(row),) * 2 + (filters,) if row.kind == "project" else (filters,)
        return Cost(2 * prod(shape) * prod(made), made)
    *sides, channels = shape
    if row.kind in ("convt", "upconv"):
        sides = [side * row.stride for side in sides]
    if row.kind in ("upconv", "residual"):
        row = row._replace(stride=1)
    flop = 2 * channels * filters * prod(_taps(side, row, padding) for side in sides)
    if row.kind == "residual":
        return Cost(2 * flop, shape)
    if row.kind in ("residual_up", "residual_down"):
        return _resizing(row, shape, padding)
    if row.kind.startswith("preactivated"):
        return _preactivated(row, shape, padding)
    if row.kind == "patches":
        return Cost(flop, (filters,))
    if row.kind == "conv":
        sides = [_convolved(side, row) // row.pool for side in sides]
    return Cost(flop, (*sides, filters))


def _resizing(row: Row, shape: tuple[int, ...], padding: bool) -> Cost:
    """What `nets.layers.Block` computes of a residual row that changes the size."""
    kept, larger = row._replace(stride=1), row._replace(kernel=2 * row.stride)
    up = row.kind == "residual_up"
    inner = [kept._replace(kind="conv"), larger._replace(kind="convt")] if up else [
        larger._replace(kind="conv"), kept._replace(kind="conv")]
    first = cost(inner[0], shape, padding)
    second = cost(inner[1], first.shape, padding)
    low = shape if up else (*second.shape[:2], shape[-1])
    beside = cost(kept._replace(kind="conv", kernel=1), low, padding)
    return Cost(first.flop + second.flop + beside.flop, second.shape)


def _preactivated(row: Row, shape: tuple[int, ...], padding: bool) -> Cost:
    """What `nets.layers.Block` computes of a pre-activated residual row."""
    conv, up = row._replace(kind="conv", stride=1), row.kind == "preactivated_up"
    large = (*(side * row.stride for side in shape[:2]), shape[-1]) if up else shape
    small = (*(side // row.stride for side in shape[:2]), shape[-1])
    first = cost(conv, large, padding)
    second = cost(conv, first.shape, padding)
    beside = cost(conv._replace(kernel=1), small if row.kind == "preactivated_first" else large,
                  padding)
    made = first.shape if up else (*small[:2], first.shape[-1])
    return Cost(first.flop + second.flop + beside.flop, made)


def costs(table: tuple[Row, ...], shape: tuple[int, ...], padding: bool = True) -> list[Cost]:
    """The cost of every row of `table`, from an image or a vector of `shape`."""
    found = []
    for row in table:
        found.append(cost(row, found[-1].shape if found else shape, padding))
    return found


def ending(table: tuple[Row, ...], outputs: int) -> tuple[Row, ...]:
    """`table`, its last row giving `outputs`."""
    return table[:-1] + (table[-1]._replace(filters=outputs),)


class Net(NamedTuple):
    """FLOP of one image through a net: forward, and of that the first and the last product.

    curved: whether the second derivative with respect to its input is anything but zero
    (a norm or a smooth activation), which a gradient penalty then has to follow.
    """

    forward: int
    first: int = 0
    last: int = 0
    curved: bool = False

    @property
    def learn(self) -> int:
        """Forward, and backward to the weights alone: nobody reads the input's gradient."""
        return 3 * self.forward - self.first

    @property
    def through(self) -> int:
        """Forward, and backward to the input alone, as of a net that stands still."""
        return 2 * self.forward

    @property
    def both(self) -> int:
        """Forward, and backward to weights and input."""
        return 3 * self.forward

    @property
    def penalty(self) -> int:
        """Up to what the last row reads, back to the input, and the derivative of the input's
        gradient with respect to the weights: of each product on the way back one product for
        the weights and one for what came into it, which is constant for the last row's. A
        `curved` net's gradient depends on what its rows read too, so that a second pass goes
        back through them."""
        inner = self.forward - self.last
        return inner + self.forward + self.forward + inner + (2 * inner - self.first) * self.curved


NOTHING = Net(0)


def net(table: tuple[Row, ...], shape: tuple[int, ...], padding: bool = True) -> Net:
    """The work of the net of `table` on an image or a vector of `shape`.

    A norm before the first product has weights, which its input's gradient moves.
    """
    table = tuple(row for row in table if row.kind != "input" or row.norm)
    flop = [c.flop for c in costs(table, shape, padding)]
    curved = any(row.norm in ("batch", "layer", "instance") or row.activation not in KINKED
                 for row in table)
    return Net(sum(flop), flop[0], flop[-1], curved)


def joint(tables: Sequence[tuple[Row, ...]], latent_dim: int, shared: int,
          padding: bool = True) -> Net:
    """The work of generators of these `tables`, of one latent, whose first `shared` rows are the
    same and computed once."""
    flop = [[c.flop for c in costs(table, (latent_dim,), padding)] for table in tables]
    own = sum(sum(rows[shared:]) for rows in flop)
    first = flop[0][0] if shared else sum(rows[0] for rows in flop)
    return Net(sum(flop[0][:shared]) + own, first)


def iteration(batch: int, domains: int, generators: Net, discriminators: Sequence[Net],
              discriminator_steps: int = 1, *,
              penalties: int = 0, scaled: bool = False, real_scores: bool = False,
              encoder: Net = NOTHING, classifier: Net = NOTHING, features: Net = NOTHING,
              real_features: bool = False) -> dict[str, int]:
    """FLOP of one iteration of `trainers.gan.AdversarialTrainer`, by its parts.

    generators: of all domains together (`joint`); the other nets are for one image, the
    discriminators one for each domain. penalties:
    how many terms of a critic update need the derivative of the critic's input gradient, such
    as a gradient penalty (1) or the scale of scaled MMD (1). scaled: whether the generators'
    loss needs that scale too. real_scores: whether it needs the critic's scores of real images.
    encoder: trained with the generators; classifier, features: stand still and read every
    domain's images, `features` also the real ones where `real_features`.
    """
    images = batch * domains
    update = generators.learn * batch + sum(net.through for net in discriminators) * batch
    update += sum(net.forward for net in discriminators) * batch * (2 * scaled + real_scores)
    coupled = (encoder.both + classifier.through + features.through
               + features.forward * real_features)
    return {
        "critic fakes": discriminator_steps * generators.forward * batch,
        "critic update": (discriminator_steps * 2 * batch
                          * sum(net.learn for net in discriminators)),
        "penalty": (discriminator_steps * penalties * batch
                    * sum(net.penalty for net in discriminators)),
        "generator update": update,
        "couplings": coupled * images,
    }

"""Drifting models: samples move along a field towards the data and away from each other.

"Generative Modeling via Drifting" (Deng, Li, Li, Du and He 2026, arXiv 2602.04770). Rows are
samples: x [N, d] is generated, y+ [P, d] are data and y- the other generated samples. The field is

    V(x) = E[k(x, y+) (y+ - x)] - E[k(x, y-) (y- - x)],  k(x, y) = exp(-||x - y|| / tau),

each mean divided by its own sum of k. It is antisymmetric: with data and generated samples
exchanged it is -V, so it is zero where both have one distribution. The generator minimises
||x - stop(x + V)||^2; no gradient flows through V, so nothing is differentiated twice.

Taken from the paper and its authors' code: the double softmax (algorithm 2), generated samples
that do not see themselves, distances in units of their mean, a field of root mean square 1 for
each tau, the sum over the taus; means and deviations of a frozen net's maps as features (A.5). What
does so says it below. Otherwise than there: no floor of 0.001 under the affinities, which the code
has and the paper does not; no features of single places or patches of a map; no weights of
classifier-free guidance; no queue of older data, but as many new ones as are wanted.
"""

from collections.abc import Sequence

from framework.lazy import Lazy
from framework.options import Option, one_of
from framework.tensors import Tensor
from losses.kernels import as_floats, squared_distances

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")

SMALLEST = 1e-6                 # of a distance or field that divides another

OPTIONS = (
    Option("drift_tau", str, "0.02,0.05,0.2", "temperatures of exp(-distance / tau), with commas, "
           "in units of the mean distance between samples", group="loss"),
    Option("drift_features", str, "pixels", "what is compared: pixels, or besides them means "
           "and deviations of the maps of a frozen SqueezeNet", choices=("pixels", "squeeze"),
           group="loss"),
    Option("drift_weights", str, "", "folder of its weights (default: the cache, or a download); "
           "random: none", group="loss", requires=(one_of("drift_features", "squeeze"),)),
    Option("drift_resize", int, 0, "height and width at which it sees the images; 0: as they are",
           low=0, high=512, group="loss", requires=(one_of("drift_features", "squeeze"),)),
    Option("drift_data", int, 1, "data images for each generated one: they cost far less, since no "
           "net reads them", low=1, high=1000, group="loss"))


def distances(x: Tensor, data: Tensor) -> Tensor:
    """||x_i - y||, [N, P + N], of every generated row to the data and then to the generated."""
    squares = ops.concatenate([squared_distances(x, data), squared_distances(x, x)], 1)
    return ops.sqrt(squares)


def without_self(distance: Tensor, count: int) -> Tensor:
    """The same distances [N, P + N] with infinity between a generated row and itself; count: P."""
    row, column = ops.arange(ops.shape(distance)[0]), ops.arange(ops.shape(distance)[1])
    own = column[None] == row[:, None] + count
    return ops.where(own, float("inf"), distance)


def affinities(distance: Tensor, tau: float) -> Tensor:
    """sqrt(softmax over y times softmax over x) of -distance / tau, [N, M], each in [0, 1].

    The second softmax keeps one sample y from drawing all x (algorithm 2).
    """
    logits = -distance / tau
    over_y = ops.logsumexp(logits, 1, keepdims=True)
    over_x = ops.logsumexp(logits, 0, keepdims=True)
    return ops.exp(logits - (over_y + over_x) / 2)


def field(to_data: Tensor, to_generated: Tensor, data: Tensor, generated: Tensor) -> Tensor:
    """V of every x, [N, d]: the data draw it, the generated samples push it away.

    to_data [N, P], to_generated [N, M]: affinities of x with data [P, d] and generated [M, d].
    Each side's weights are multiplied by the other side's sum (algorithm 2), so both sum up to the
    same and x itself cancels. Where either side is far away, the field is small.
    """
    attraction = to_data * ops.sum(to_generated, 1, keepdims=True)
    repulsion = to_generated * ops.sum(to_data, 1, keepdims=True)
    return ops.matmul(attraction, data) - ops.matmul(repulsion, generated)


def unit_size(v: Tensor) -> Tensor:
    """v / sqrt(mean of v^2 over samples and coordinates): no tau outweighs another, and the loss
    neither grows with d nor ends near the goal (appendix A.6)."""
    return v / ops.maximum(ops.sqrt(ops.mean(ops.square(v))), SMALLEST)


def drifted(x: Tensor, data: Tensor, taus: Sequence[float]) -> tuple[Tensor, Tensor]:
    """(S, x / S + the sum of the fields over the taus): the unit of length, a scalar, and where
    the generated rows x [N, d] shall go in it, [N, d].

    S makes the mean distance sqrt(d), as the feature normalisation of appendix A.6; a tau counts
    in mean distances, so that it fits any d (tau sqrt(d) in units of S). As in the authors' code
    the mean has the N distances of x to itself, which are 0.
    """
    distance, count, d = distances(x, data), ops.shape(data)[0], data.shape[1]
    mean = ops.maximum(ops.mean(distance), SMALLEST)
    scale = mean / d**0.5
    apart = without_self(distance / mean, count)
    x, data = x / scale, data / scale
    for_each = [affinities(apart, tau) for tau in taus]
    return scale, x + sum(unit_size(field(a[:, :count], a[:, count:], data, x)) for a in for_each)


def drift_loss(x: Tensor, data: Tensor, taus: Sequence[float]) -> Tensor:
    """mean over samples and coordinates of (x / S - stop(x / S + V))^2, a scalar.

    Its value is the mean of V^2, from 0 to the square of the number of taus, and tells nothing of
    progress, since each V has unit size. Its gradient in x is -2 V / (N d S). Float32 inside.
    """
    x, data = as_floats(x), as_floats(data)
    scale, goal = drifted(ops.stop_gradient(x), data, taus)
    return ops.mean(ops.square(x / scale - ops.stop_gradient(goal)))


def moments(features: Tensor) -> list[Tensor]:
    """Means and standard deviations over space, each [B, C], of a map [B, h, w, C] (appendix
    A.5); of a map of a single place the mean alone."""
    mean = ops.mean(features, (1, 2), keepdims=True)
    if features.shape[1:3] == (1, 1):
        return [mean[:, 0, 0]]
    variance = ops.mean(ops.square(features - mean), (1, 2))
    return [mean[:, 0, 0], ops.sqrt(variance + SMALLEST)]


class Drift:
    """The loss of drifting models, in the place of a loss of critics' scores.

    taus: the temperatures. On several devices the samples of all devices move each other.
    """

    needs_real = True

    def __init__(self, taus: Sequence[float]):
        self.taus = taus

    def generator(self, real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
        """The sum of `drift_loss` over features, each of rows [B, d]: every one has a field and a
        unit of length of its own."""
        return sum(drift_loss(devices.gathered(x), devices.gathered(y), self.taus)
                   for x, y in zip(fake, real, strict=True))

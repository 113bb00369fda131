"""Texture losses: the biased MMD^2 between the features of two images, one for each kernel.

The positions of a feature map are the samples (section 2.4.1). A kernel with finitely many
features phi is computed as ||mean phi(S) - mean phi(F)||^2: no large numbers cancel, and the
style's mean is computed once. The sums over pairs in `losses.mmd.mmd2` give the same number.
"""

from collections.abc import Callable

import numpy as np

from framework.lazy import Lazy
from framework.registry import Registry
from framework.tensors import Tensor
from losses.kernels import RandomKitchenSinks, gaussian, squared_distances
from losses.mmd import mmd2
from losses.perceptual import gram_matrix

ops = Lazy("keras.ops")
tf = Lazy("tensorflow")

# A name -> a function of the style's features [1, h, w, D] and a seed; it returns a TextureLoss.
TEXTURE_KERNELS = Registry("kernel")
STOCHASTIC_KERNELS = ("gaussian", "sliced_wasserstein")       # draw a new sample at each step
MAX_POSITIONS = 2048                # of an image in one step of the Gaussian kernel
PROJECTIONS = 128

# (another image's features, the number of the step) -> a scalar
TextureLoss = Callable[[Tensor, Tensor], Tensor]


def to_rows(features: Tensor) -> Tensor:
    """Reshapes features [1, h, w, D] to [h w, D]."""
    return ops.reshape(features, (-1, features.shape[-1]))


@TEXTURE_KERNELS.register("poly2")
def poly2(style: Tensor, seed: int, bias: float = 0.0) -> TextureLoss:
    """(x.y + b)^2: the distance of the Gram matrices plus 2 b times that of the means. Divided
    by 4 D^2, which makes it eq. 2.14 for b = 0."""
    gram, mean = gram_matrix(style)[0], ops.mean(to_rows(style), 0)

    def loss(features, step):
        found = gram_matrix(features)[0], ops.mean(to_rows(features), 0)
        apart = _square(found[0] - gram) + 2 * bias * _square(found[1] - mean)
        return apart / (4 * style.shape[-1] ** 2)
    return loss


@TEXTURE_KERNELS.register("linear")
def linear_texture(style: Tensor, seed: int) -> TextureLoss:
    """x.y: compares only the means. Divided by D."""
    mean = ops.mean(to_rows(style), 0)
    return lambda features, step: (_square(ops.mean(to_rows(features), 0) - mean)
                                   / style.shape[-1])


@TEXTURE_KERNELS.register("gaussian")
def gaussian_texture(style: Tensor, seed: int) -> TextureLoss:
    """exp(-gamma ||x - y||^2), with `bandwidth` of the style as gamma. If a layer has more than
    2048 positions, each step draws 2048 new ones from either image."""
    style, gamma = to_rows(style), bandwidth(to_rows(style), seed)

    def loss(features, step):
        x, y = (_draw_positions(a, seed, step, i)
                for i, a in enumerate((style, to_rows(features))))
        return mmd2(x, y, lambda x, y: gaussian(x, y, gamma), "biased")
    return loss


@TEXTURE_KERNELS.register("rks")
def rks(style: Tensor, seed: int, features: int = 512) -> TextureLoss:
    """The Gaussian kernel in linear time, by random kitchen sinks (eq. 3.10)."""
    phi = RandomKitchenSinks(style.shape[-1], features, bandwidth(to_rows(style), seed), seed,
                             paired=True)
    mean = ops.mean(phi(to_rows(style)), 0)
    return lambda found, step: _square(ops.mean(phi(to_rows(found)), 0) - mean)


@TEXTURE_KERNELS.register("sliced_wasserstein")
def sliced_wasserstein_texture(style: Tensor, seed: int) -> TextureLoss:
    """The projected Wasserstein distance: the mean over random directions of W_2^2 between the
    features projected on them, by sorting. Each step draws new directions. If the images have
    different numbers of positions, the style's quantiles are interpolated. Divided by D, since
    the variance along a direction is that of one channel."""
    style = to_rows(style)
    channels = style.shape[-1]

    def loss(features, step):
        key = tf.stack([tf.cast(seed, tf.int32), tf.cast(step, tf.int32)])
        directions = tf.random.stateless_normal((channels, PROJECTIONS), key)
        directions = directions / tf.norm(directions, axis=0, keepdims=True)
        wanted, found = (tf.sort(tf.transpose(tf.matmul(a, directions)), -1)
                         for a in (style, to_rows(features)))
        return tf.reduce_mean(tf.square(quantiles(wanted, tf.shape(found)[1]) - found))
    return loss


def quantiles(values: Tensor, count: int | Tensor) -> Tensor:
    """Reads sorted `values` [P, n] at `count` evenly spaced levels, linear between neighbours.
    Returns [P, count]."""
    size = tf.shape(values)[1]
    at = (tf.range(count, dtype=tf.float32) + 0.5) * (tf.cast(size, tf.float32)
                                                      / tf.cast(count, tf.float32)) - 0.5
    at = tf.clip_by_value(at, 0.0, tf.cast(size - 1, tf.float32))
    low = tf.cast(at, tf.int32)
    share = at - tf.cast(low, tf.float32)
    above = tf.gather(values, tf.minimum(low + 1, size - 1), axis=1)
    return (1 - share) * tf.gather(values, low, axis=1) + share * above


def bandwidth(style: Tensor, seed: int) -> float:
    """gamma = 1 / median ||x - y||^2 over pairs of at most 2048 of the style's features [M, D].
    Activations of VGG are far above 1: with gamma = 1 every kernel value would be 0."""
    chosen = np.random.default_rng(seed).permutation(style.shape[0])[:MAX_POSITIONS]
    distances = np.asarray(squared_distances(ops.take(style, chosen, 0),
                                             ops.take(style, chosen, 0)))
    apart = distances[np.triu_indices(len(chosen), 1)]
    middle = float(np.median(apart)) or float(np.mean(apart)) if apart.size else 0.0
    return 1 / middle if middle else 1.0


def _draw_positions(features, seed, step, which):
    """Draws 2048 of the rows, new ones at each step; returns fewer rows as they are."""
    count = features.shape[0]
    if count is not None and count <= MAX_POSITIONS:
        return features
    key = tf.stack([tf.cast(2 * seed + which, tf.int32), tf.cast(step, tf.int32)])
    chosen = tf.random.stateless_uniform([MAX_POSITIONS], key, 0, tf.shape(features)[0], tf.int32)
    return tf.gather(features, chosen)


def _square(difference):
    return ops.sum(ops.square(difference))

"""Texture losses: the biased MMD^2 between the features of two images, kernel by kernel.

Positions are samples (section 2.4.1). Kernels with finitely many features are compared by the
means of these, ||mean phi(S) - mean phi(F)||^2, in which nothing large cancels and the style's
mean is computed once; the sums over pairs of `losses.mmd.mmd2` are the same number.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.lazy import Lazy
from framework.registry import Registry
from losses.kernels import RandomKitchenSinks, gaussian, squared_distances
from losses.mmd import mmd2
from losses.perceptual import gram_matrix

ops = Lazy("keras.ops")
tf = Lazy("tensorflow")

# name -> a function of the style's features [1, h, w, D] and a seed that returns the loss: a
# function of another image's features and of the step's number
TEXTURE_KERNELS = Registry("kernel")
STOCHASTIC_KERNELS = ("gaussian", "sliced_wasserstein")       # of which each step sees a sample
MAX_POSITIONS = 2048
PROJECTIONS = 128
# of another image's features and of the number of the step
TextureLoss = Callable[[Any, Any], Any]


def rows(features: Any) -> Any:
    """[1, h, w, D] -> [h w, D]."""
    return ops.reshape(features, (-1, features.shape[-1]))


@TEXTURE_KERNELS.register("poly2")
def poly2(style: Any, seed: int, bias: float = 0.0) -> TextureLoss:
    """(x.y + b)^2: the Gram matrices' distance plus 2 b that of the means. Over 4 D^2, which
    makes it eq. 2.14 for b = 0."""
    gram, mean = gram_matrix(style)[0], ops.mean(rows(style), 0)

    def loss(features, step):
        found = gram_matrix(features)[0], ops.mean(rows(features), 0)
        apart = _square(found[0] - gram) + 2 * bias * _square(found[1] - mean)
        return apart / (4 * style.shape[-1] ** 2)
    return loss


@TEXTURE_KERNELS.register("linear")
def linear(style: Any, seed: int) -> TextureLoss:
    """x.y: only the means are compared. Over D."""
    mean = ops.mean(rows(style), 0)
    return lambda features, step: (_square(ops.mean(rows(features), 0) - mean)
                                   / style.shape[-1])


@TEXTURE_KERNELS.register("gaussian")
def gaussian_kernel(style: Any, seed: int) -> TextureLoss:
    """exp(-gamma ||x - y||^2), gamma from the style. Of layers with more positions than 2048 as
    many are drawn anew at each step, from either image."""
    style, gamma = rows(style), bandwidth(rows(style), seed)

    def loss(features, step):
        drawn = (_drawn(a, seed, step, i) for i, a in enumerate((style, rows(features))))
        return mmd2(*drawn, lambda x, y: gaussian(x, y, gamma), "biased")
    return loss


@TEXTURE_KERNELS.register("rks")
def rks(style: Any, seed: int, features: int = 512) -> TextureLoss:
    """The Gaussian kernel in linear time, by random kitchen sinks (eq. 3.10)."""
    phi = RandomKitchenSinks(style.shape[-1], features, bandwidth(rows(style), seed), seed,
                             paired=True)
    mean = ops.mean(phi(rows(style)), 0)
    return lambda found, step: _square(ops.mean(phi(rows(found)), 0) - mean)


@TEXTURE_KERNELS.register("sliced_wasserstein")
def sliced_wasserstein(style: Any, seed: int) -> TextureLoss:
    """The mean over random directions of W_2^2 between the features projected on them, by
    sorting: the projected Wasserstein distance. Each step has directions of its own. Where the
    images' numbers of positions differ, the style's quantiles are interpolated. Over D, as the
    variance along a direction is that of one channel."""
    style = rows(style)
    channels = style.shape[-1]

    def loss(features, step):
        key = tf.stack([tf.cast(seed, tf.int32), tf.cast(step, tf.int32)])
        directions = tf.random.stateless_normal((channels, PROJECTIONS), key)
        directions = directions / tf.norm(directions, axis=0, keepdims=True)
        wanted, found = (tf.sort(tf.transpose(tf.matmul(a, directions)), -1)
                         for a in (style, rows(features)))
        return tf.reduce_mean(tf.square(quantiles(wanted, tf.shape(found)[1]) - found))
    return loss


def quantiles(values: Any, count: Any) -> Any:
    """Sorted `values` [P, n] at `count` levels from the least to the greatest, [P, count],
    linear between neighbours."""
    size = tf.shape(values)[1]
    at = (tf.range(count, dtype=tf.float32) + 0.5) * (tf.cast(size, tf.float32)
                                                      / tf.cast(count, tf.float32)) - 0.5
    at = tf.clip_by_value(at, 0.0, tf.cast(size - 1, tf.float32))
    low = tf.cast(at, tf.int32)
    share = at - tf.cast(low, tf.float32)
    above = tf.gather(values, tf.minimum(low + 1, size - 1), axis=1)
    return (1 - share) * tf.gather(values, low, axis=1) + share * above


def bandwidth(style: Any, seed: int) -> float:
    """gamma = 1 / median ||x - y||^2 over pairs of the style's features [M, D], of at most 2048
    of them: activations of VGG are far above 1, and with gamma = 1 every kernel would be 0."""
    chosen = np.random.default_rng(seed).permutation(style.shape[0])[:MAX_POSITIONS]
    distances = np.asarray(squared_distances(ops.take(style, chosen, 0),
                                             ops.take(style, chosen, 0)))
    apart = distances[np.triu_indices(len(chosen), 1)]
    middle = float(np.median(apart)) or float(np.mean(apart)) if apart.size else 0.0
    return 1 / middle if middle else 1.0


def _drawn(features, seed, step, which):
    """At most 2048 of the rows, others at each step."""
    count = features.shape[0]
    if count is not None and count <= MAX_POSITIONS:
        return features
    key = tf.stack([tf.cast(2 * seed + which, tf.int32), tf.cast(step, tf.int32)])
    chosen = tf.random.stateless_uniform([MAX_POSITIONS], key, 0, tf.shape(features)[0], tf.int32)
    return tf.gather(features, chosen)


def _square(difference):
    return ops.sum(ops.square(difference))

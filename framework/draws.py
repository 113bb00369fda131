"""Random numbers that are the same however the program that draws them is compiled.

XLA and TensorFlow's kernels draw the same bits (Philox) and turn them into other numbers. Here
bits become numbers as in the kernels, by operations that both have.
"""

import math
from typing import Any

import tensorflow as tf

from framework.tensors import Tensor

ALGORITHM = "philox"
LEAST = 1e-7                    # under the logarithm, as in TensorFlow


def fold_in(key: Tensor, data: Tensor) -> Tensor:
    """The key of the `data`-th of the streams that follow from `key`, int32 [2]."""
    return tf.random.fold_in(key, data, alg=ALGORITHM)


def uniform(shape: Tensor, key: Tensor, low: float, high: float) -> Tensor:
    """Float32 tensor of `shape`, uniform in [low, high)."""
    anything: Any = None            # all 32 bits, whatever the stub of TensorFlow says
    bits = tf.random.stateless_uniform(shape, key, anything, anything, tf.uint32, alg=ALGORITHM)
    return tf.cast(bits & 0x7FFFFF, tf.float32) * (2.0**-23 * (high - low)) + low


def normal(shape: Tensor, key: Tensor, mean: float, stddev: float) -> Tensor:
    """Float32 tensor of `shape`, normal (Box and Muller 1958)."""
    count = tf.reduce_prod(shape)
    pairs = tf.reshape(uniform([(count + 1) // 2 * 2], key, 0.0, 1.0), (-1, 2))
    radius, angle = tf.sqrt(-2 * tf.math.log(tf.maximum(pairs[:, 0], LEAST))), pairs[:, 1]
    turned = [tf.sin(2 * math.pi * angle), tf.cos(2 * math.pi * angle)]
    row = tf.reshape(radius[:, None] * tf.stack(turned, 1), [-1])
    return tf.reshape(row[:count], shape) * stddev + mean

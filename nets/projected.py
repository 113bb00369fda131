"""Style swap at a fraction of the cost: patches are compared in few directions, nearly as exactly.

A score of eq. 4.2 is a sum of k^2 C products. Here the channels, and then the patches of what is
left, are projected on the principal directions of content and style together. In FEW of them every
content patch is compared with every style patch, of which the best of each of BLOCKS is kept;
these few are compared in MANY. What is lost: docs/results.md.

All is done by TensorFlow: NumPy's products stand still for seconds on cores that others use too.
"""

from functools import cache

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.patches import patch_norms
from nets.swap import EPSILON, FLOAT_BYTES, Plan, match_patches

tf = Lazy("tensorflow")

CHANNELS = 64                   # that are left of the activations, at most
FEW, MANY = 48, 192             # directions of patches: for all of them, for the best of each block
BLOCKS = 16                     # of the style's patches, in their order
SAMPLED = 2048                  # patches, about, by which the directions are found
LEAST_PAIRS = 2**22             # for fewer the exact match is as fast
MOST_NUMBERS = 1024             # of a patch: for more, its directions take longer than they save
FEWEST_CHANNELS = 16            # for which it is tried; of larger patches fewer are left
SCORES = 2**24                  # that are held at a time


def match_projected(content: Tensor, style: Tensor, plan: Plan) -> Tensor:
    """As `nets.swap.match_patches`: mostly the same patches, and others that are nearly as like.

    It is `match_patches` itself where that is as fast, and where the memory limit does not hold
    the projections.
    """
    pairs = np.prod([*plan.content_grid, *plan.style_grid], dtype=float)
    left = np.inf if plan.memory_limit is None else plan.memory_limit - plan.fixed_bytes
    k, s = plan.patch_size, plan.stride
    channels = MOST_NUMBERS // k**2
    if pairs < LEAST_PAIRS or channels < FEWEST_CHANNELS or _bytes(plan) > left:
        return match_patches(content, style, plan)
    channels = min(CHANNELS, channels)
    both = [each[None] for each in (content, style)]
    inverse = [1 / (patch_norms(each, k, s) + EPSILON) for each in both]
    corners = [each[:, :1 - k or None:s, :1 - k or None:s] for each in both]
    basis = principal([_some(*each, 1) for each in zip(corners, inverse, strict=True)], channels)
    both = [tf.nn.conv2d(each, basis[None, None], 1, "VALID") for each in both]
    basis = principal([_some(*each, k, s) for each in zip(both, inverse, strict=True)], MANY)
    filters = tf.reshape(basis, (k, k, both[0].shape[-1], -1))
    found, known = (tf.nn.conv2d(each, filters, s, "VALID") for each in both)
    found, known = (tf.reshape(each, (-1, each.shape[-1])) for each in (found, known * inverse[1]))
    return tf.reshape(best_of_blocks(found, known), plan.content_grid)


def _some(activations: Tensor, inverse: Tensor, k: int, s: int = 1) -> Tensor:
    """Of about SAMPLED patches of [1, H, W, C] at even distances the numbers times the `inverse`
    [1, rows, columns, 1] of their lengths: [n, k^2 C]."""
    apart = int(np.ceil(np.sqrt(inverse.shape[1] * inverse.shape[2] / SAMPLED)))
    patches = tf.image.extract_patches(activations, [1, k, k, 1], [1, s * apart, s * apart, 1],
                                       [1] * 4, "VALID")
    return tf.reshape(patches * inverse[:, ::apart, ::apart], (-1, patches.shape[-1]))


def principal(sets: list[Tensor], count: int) -> Tensor:
    """The directions [D, count], all if there are fewer, that hold most of the squares of the rows
    [n, D] of both sets, of which each counts as much; those that hold most come first."""
    moments = [tf.matmul(rows, rows, transpose_a=True) for rows in sets]
    moment = tf.add_n([each / (tf.linalg.trace(each) + EPSILON) for each in moments])
    return tf.linalg.eigh(moment)[1][:, :-count - 1:-1]


def best_of_blocks(found: Tensor, known: Tensor) -> Tensor:
    """For each row of `found` [N, D] the number, int32 [N], of the row of `known` [M, D] of
    greatest product among those that are the best of a block by their first FEW numbers."""
    each = -(-len(known) // BLOCKS)
    numbers = np.minimum(np.arange(BLOCKS * each), len(known) - 1).astype(np.int32)
    few = tf.transpose(tf.gather(known[:, :FEW], numbers))
    rows = max(1, SCORES // len(numbers))
    return tf.concat([_compiled()(found[first:first + rows], few, known, numbers)
                      for first in range(0, len(found), rows)], 0)


@cache
def _compiled():
    """(rows, the style's for all, the style's for the best, the numbers of the former) ->
    `best_of_blocks` of the rows."""
    def best(found, few, known, numbers):
        scores = tf.matmul(found[:, :tf.shape(few)[0]], few)
        scores = tf.reshape(scores, (tf.shape(scores)[0], BLOCKS, -1))
        first = tf.size(numbers) // BLOCKS * tf.range(BLOCKS)
        chosen = tf.gather(numbers, tf.argmax(scores, 2, output_type=tf.int32) + first)
        likeness = tf.reduce_sum(found[:, None] * tf.gather(known, chosen), 2)
        return tf.gather(chosen, tf.argmax(likeness, 1), axis=1, batch_dims=1)
    rows = tf.TensorSpec([None, None], tf.float32)
    return tf.function(best, autograph=False, input_signature=[
        rows, rows, rows, tf.TensorSpec([None], tf.int32)])


def _bytes(plan: Plan) -> int:
    """That the projections take, and what is held at a time."""
    pixels = sum(height * width for height, width, _ in (plan.content, plan.style))
    rows = 1 + SCORES // np.prod(plan.style_grid)
    return FLOAT_BYTES * int(pixels * (CHANNELS + 3 * MANY) + 2 * SCORES
                             + 3 * rows * BLOCKS * MANY)

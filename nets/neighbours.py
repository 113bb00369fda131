"""Nearest neighbours by the cosine: pairs are scored tile by tile, and only the best is kept; or,
nearly exactly, by projections.

Kolkin et al. 2022, "Neural Neighbor Style Transfer", choose so among the features of a style.
"""

from functools import cache

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.projected import LEAST_PAIRS, MANY, SAMPLED, best_of_blocks, principal

tf = Lazy("tensorflow")

FLOAT_BYTES = 4
MAX_TILE_BYTES = 128 * 2**20        # larger tiles are not faster


def nearest(content: Tensor, style: Tensor, memory_limit: int | None = None) -> Tensor:
    """Rows [N, D] and [M, D] -> int32 [N]: the row of `style` that is nearest to each of `content`.

    From both the mean of their own rows is taken away; the nearest is that of the greatest cosine,
    on ties the first. No gradient flows. memory_limit: bytes for the tiles. Raises UserError if
    they do not hold a row of each.
    """
    content, style = (tf.convert_to_tensor(rows, tf.float32) for rows in (content, style))
    centres = [tf.reduce_mean(rows, 0) for rows in (content, style)]
    side = tile_rows(content.shape[1], memory_limit)
    found = []
    for first in range(0, content.shape[0], side):
        here = content[first:first + side] - centres[0]
        best, index = tf.fill([here.shape[0]], -float("inf")), tf.zeros([here.shape[0]], tf.int32)
        for start in range(0, style.shape[0], side):
            best, index = _compiled()(here, style[start:start + side], centres[1], best, index,
                                      tf.constant(start))
        found.append(index)
    return tf.concat(found, 0)


def nearly_nearest(content: Tensor, style: Tensor) -> Tensor:
    """As `nearest`, and mostly the same rows; the others are nearly as near. They are found by
    principal directions, see `nets.projected`, where this saves time.
    """
    count, channels = content.shape
    if channels <= MANY // 2 or count * style.shape[0] < LEAST_PAIRS:
        return nearest(content, style)
    content, style = (tf.math.l2_normalize(rows - tf.reduce_mean(rows, 0), 1)
                      for rows in (content, style))
    basis = principal([rows[::max(1, len(rows) // SAMPLED)] for rows in (content, style)], MANY)
    return best_of_blocks(tf.matmul(content, basis), tf.matmul(style, basis))


def tile_rows(channels: int, memory_limit: int | None = None) -> int:
    """How many rows of each set are scored at a time. Raises UserError as `nearest` does."""
    budget = MAX_TILE_BYTES if memory_limit is None else min(MAX_TILE_BYTES, memory_limit)
    rows = 0
    while tile_bytes(rows + 1 + rows // 8, channels) <= budget:
        rows += 1 + rows // 8
    if not rows:
        raise UserError(f"a comparison of features of {channels} channels needs "
                        f"{tile_bytes(1, channels)} bytes; raise the memory limit")
    return rows


def tile_bytes(rows: int, channels: int) -> int:
    """Peak bytes of scoring so many rows against as many."""
    return FLOAT_BYTES * (rows * rows + 4 * rows * channels + 6 * rows)


@cache
def _compiled():
    """(content rows, style rows, the style's mean, best, index, number of the first style row) ->
    best and index after these style rows. best: the greatest score so far; on a tie it stays."""
    def compare(content, style, centre, best, index, start):
        directions = tf.math.l2_normalize(style - centre, 1)
        scores = tf.matmul(content, directions, transpose_b=True)
        winner = tf.argmax(scores, 1, output_type=tf.int32)
        score = tf.gather(scores, winner, axis=1, batch_dims=1)
        better = score > best
        return tf.where(better, score, best), tf.where(better, winner + start, index)
    rows, each = tf.TensorSpec([None, None], tf.float32), tf.TensorSpec([None], tf.int32)
    floats = tf.TensorSpec([None], tf.float32)
    return tf.function(compare, autograph=False, input_signature=[
        rows, rows, floats, floats, each, tf.TensorSpec([], tf.int32)])

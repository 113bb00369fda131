"""Fewer style patches for style swap: a few that stand for all, and how much worse they match.

Chen's thesis proposes to cluster the patches (section 4.4.3). Here the clusters are k-means of
unit-length patches, of which random projections are compared: they keep distances nearly
(Johnson and Lindenstrauss), and a whole patch of 3x3x256 would make the clustering as dear as the
swap. For each cluster stands the patch nearest its centre, which is sharper than the mean.
"""

import warnings
from itertools import product

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.swap import EPSILON, FLOAT_BYTES, Plan, match_patches

tf = Lazy("tensorflow")

DIRECTIONS = 64                 # onto which patches are projected to be compared
STEPS = 10                      # of k-means
SAMPLED = 200                   # content patches of which the error is measured


def representatives(style: Tensor, patch_size: int, stride: int, count: int,
                    seed: int = 0) -> np.ndarray:
    """Numbers of style patches that stand for all, ascending int32 [n], n <= count.

    style: activations [1, h, w, C]. Patches are numbered row by row as in `nets.swap`. All of
    them if there are not more than `count`.
    """
    from scipy.cluster.vq import kmeans2

    rows = _projected(style, patch_size, stride, seed)
    if count >= len(rows):
        return np.arange(len(rows), dtype=np.int32)
    rng = np.random.default_rng([seed, 1])
    starts = rows[np.sort(rng.choice(len(rows), count, replace=False))]
    with warnings.catch_warnings(action="ignore"):       # of equal patches some clusters get none
        centres, labels = kmeans2(rows, starts, iter=STEPS, minit="matrix", missing="warn")
    away = np.square(rows - centres[labels]).sum(1)
    order = np.lexsort((away, labels))          # the nearest of each cluster comes first
    first = np.r_[True, np.diff(labels[order]) > 0]
    return np.sort(order[first]).astype(np.int32)


def _projected(style: Tensor, k: int, s: int, seed: int) -> np.ndarray:
    """Random projections of the patches over their norms, float32 [patches, DIRECTIONS]."""
    style = tf.convert_to_tensor(style, tf.float32)
    random = np.random.default_rng([seed, 0])
    shape = (k, k, style.shape[-1], DIRECTIONS)
    directions = random.normal(scale=DIRECTIONS**-0.5, size=shape).astype("float32")
    rows = tf.nn.conv2d(style, directions, s, "VALID")
    return tf.reshape(rows / (patch_norms(style, k, s) + EPSILON), (-1, DIRECTIONS)).numpy()


def patch_norms(activations: Tensor, k: int, s: int) -> Tensor:
    """Of the patches of [1, h, w, C]: [1, rows, columns, 1]."""
    squares = tf.reduce_sum(tf.square(activations), -1, keepdims=True)
    return tf.sqrt(tf.nn.conv2d(squares, tf.ones((k, k, 1, 1)), s, "VALID"))


def match_some(content: Tensor, style: Tensor, plan: Plan, chosen: np.ndarray) -> Tensor:
    """As `nets.swap.match_patches`, with the style patches `chosen` alone: ascending numbers [n].
    Raises UserError where the memory limit holds neither these patches nor a row of scores."""
    if len(chosen) == np.prod(plan.style_grid):
        return match_patches(content, style, plan)
    k, s = plan.patch_size, plan.stride
    filters = _filters(style, chosen, plan.style_grid[1], k, s)
    across = plan.content_grid[1]
    budget = plan.tile_budget_bytes - 2 * FLOAT_BYTES * filters.shape.num_elements()
    rows = budget // (2 * FLOAT_BYTES * across * (len(chosen) + k**2 * plan.content[2]))
    if rows < 1 and plan.memory_limit is not None:
        raise UserError(f"{len(chosen)} style patches of {k}x{k}x{plan.content[2]} do not fit "
                        f"into the memory limit of {plan.memory_limit / 2**20:.0f} MiB; choose "
                        "fewer --style_patches")
    best = []
    for first in range(0, plan.content_grid[0], max(1, rows)):
        last = min(plan.content_grid[0], first + max(1, rows))
        strip = content[first * s:first * s + plan.pixels(last - first)]
        scores = tf.nn.conv2d(strip[None], filters, s, "VALID")[0]
        best.append(tf.gather(chosen, tf.argmax(scores, -1)))
    return tf.concat(best, 0)


def match_cosines(content: Tensor, style: Tensor, patch_size: int, stride: int,
                  chosen: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """Mean cosines of content patches, SAMPLED ones at most, and the style patch that is nearest:
    of `chosen`, and of all. content, style: activations [1, H, W, C] and [1, h, w, C]."""
    k, s = patch_size, stride
    across = (content.shape[2] - k) // s + 1
    count = ((content.shape[1] - k) // s + 1) * across
    rng = np.random.default_rng([seed, 2])
    asked = rng.choice(count, min(SAMPLED, count), replace=False)
    cosines = tf.nn.conv2d(style, _filters(content[0], asked, across, k, s), s, "VALID")
    cosines = tf.reshape(cosines / (patch_norms(style, k, s) + EPSILON), (-1, len(asked)))
    few = tf.reduce_max(tf.gather(cosines, chosen), 0)
    return float(tf.reduce_mean(few)), float(tf.reduce_mean(tf.reduce_max(cosines, 0)))


def _filters(activations: Tensor, numbers: np.ndarray, across: int, k: int, s: int) -> Tensor:
    """The patches of these numbers, of unit length, as filters [k, k, C, n]. activations:
    [H, W, C]. across: patches in a row."""
    y, x = s * np.stack(np.divmod(numbers, across))
    corners = [np.stack([y + down, x + right], -1) for down, right in product(range(k), repeat=2)]
    patches = tf.stack([tf.gather_nd(activations, corner) for corner in corners])   # [k^2, n, C]
    norms = tf.sqrt(tf.reduce_sum(tf.square(patches), (0, 2), keepdims=True))
    patches = tf.transpose(patches / (norms + EPSILON), (0, 2, 1))
    return tf.reshape(patches, (k, k, -1, len(numbers)))

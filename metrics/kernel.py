"""The kernel inception distance (Binkowski et al. 2018): an unbiased MMD^2 of features."""

from functools import partial
from typing import NamedTuple

import numpy as np

from framework.errors import UserError
from losses.kernels import Kernel, linear_kernel, polynomial
from losses.mmd import mmd2
from metrics.rows import same_width

TILE_ROWS = 1024


class Estimate(NamedTuple):
    """A mean and its standard error, which is NaN if there is one block only."""

    value: float
    standard_error: float


def kid(x: np.ndarray, y: np.ndarray, block: int = 1024, seed: int | None = 0) -> Estimate:
    """MMD^2 under (x.y / dim + 1)^3, the mean over blocks of features [N, dim] and [M, dim].

    As in TF-GAN: the samples are split into ceil(max(N, M) / block) blocks of nearly equal
    size, and the standard error is that of the blocks' mean. seed: of the random order before
    the split; None keeps the given order. Unbiased, so it can be negative; float64.
    Raises UserError for fewer than two samples on a side or for different widths.
    """
    x, y = same_width(x, y)
    if block < 2:
        raise UserError(f"a block of KID holds two samples or more, not {block}")
    blocks = max(1, min(-(-max(len(x), len(y)) // block), len(x) // 2, len(y) // 2))
    if seed is not None:
        x, y = (np.random.default_rng([seed, i]).permutation(a) for i, a in enumerate((x, y)))
    pairs = zip(split_into_blocks(x, blocks), split_into_blocks(y, blocks), strict=True)
    values = [unbiased_kid(a, b) for a, b in pairs]
    error = np.std(values, ddof=1) / np.sqrt(blocks) if blocks > 1 else np.nan
    return Estimate(float(np.mean(values)), float(error))


def unbiased_kid(x: np.ndarray, y: np.ndarray) -> float:
    """KID of all samples in one block, without a standard error. Memory grows with N + M, time
    with N M."""
    x, y = same_width(x, y)
    return float(mmd2(x, y, kid_kernel(x.shape[1])))


def kid_kernel(dim: int) -> Kernel:
    """The kernel (x.y / dim + 1)^3 of float64 rows. Its total is summed in tiles of TILE_ROWS
    rows; between the rows of one set each pair is computed once, and products with itself take
    half the time (BLAS knows them to be symmetric)."""
    matrix = partial(polynomial, degree=3, bias=1.0, scale=1 / dim)
    squared_norms = linear_kernel().diagonal
    assert squared_norms is not None

    def summed(products):
        products /= dim
        products += 1
        return np.vdot(products * products, products)

    def total(x, y):
        same, x, y = x is y, np.asarray(x), np.asarray(y)
        found = 0.0
        for i in range(0, len(x), TILE_ROWS):
            rows = x[i:i + TILE_ROWS]
            if same:
                found += summed(rows @ rows.T) + 2 * summed(rows @ x[i + TILE_ROWS:].T)
            else:
                found += summed(rows @ y.T)
        return np.float64(found)

    def diagonal(x):
        return (squared_norms(x) / dim + 1) ** 3
    return Kernel(matrix, total, diagonal)


def split_into_blocks(rows: np.ndarray, blocks: int) -> list[np.ndarray]:
    """Splits the rows into consecutive blocks whose sizes differ by at most 1, the larger last."""
    sizes = np.full(blocks, len(rows) // blocks)
    sizes[blocks - len(rows) % blocks:] += 1
    return np.split(rows, np.cumsum(sizes)[:-1])
